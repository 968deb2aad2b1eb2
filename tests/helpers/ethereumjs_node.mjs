// A development node on EthereumJS, for forks that anvil and hardhat do not have:
//   node ethereumjs_node.mjs PORT CHAIN_ID HARDFORK
// Started by tests/helpers/nodes.py in a folder whose node_modules has @ethereumjs.
//
// Each transaction is mined at once, in a block of its own, unless evm_setAutomine is off: then evm_mine takes all that
// fit. A transaction waits if its nonce is not the account's next, or if its fee is below the base fee. Blocks are
// real: parents, roots, hashes, a base fee after EIP-1559. Every account may send without a key. Past states are kept.

import http from 'node:http'
import { createBlock } from '@ethereumjs/block'
import { Mainnet, createCustomCommon } from '@ethereumjs/common'
import { createTx, createTxFromRLP } from '@ethereumjs/tx'
import { Account, bigIntToBytes, bytesToHex, createAddressFromString, hexToBytes, setLengthLeft } from '@ethereumjs/util'
import { buildBlock, createVM, runTx } from '@ethereumjs/vm'

const [port, chainId, hardfork] = process.argv.slice(2)
const BLOCK_GAS = 60_000_000n // Ethereum's; a deployment may have as much
const FIRST_BASE_FEE = 1_000_000_000n
const SECONDS_A_BLOCK = 12n
const TIP = 1_000_000_000n
const BUMP = 110n // per cent that a replacement must offer
const NOBODY = '0x' + '00'.repeat(20)
const SKIP = { skipHardForkValidation: true }

const common = createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork })
const vm = await createVM({ common })
// What a transaction can have: 2^24 on Osaka, on Amsterdam more, where the excess is for state gas only.
const MOST_GAS = common.isActivatedEIP(7825) && !common.isActivatedEIP(8037) ? 2n ** 24n : BLOCK_GAS
const state = vm.stateManager

const hex = (number) => '0x' + BigInt(number).toString(16)
const address = (text) => createAddressFromString(text.toLowerCase())
const account = async (text) => (await state.getAccount(address(text))) ?? new Account()

class Refusal extends Error {
  constructor(message, { code = -32000, data } = {}) {
    super(message)
    Object.assign(this, { code, data })
  }
}

// ---------------------------------------------------------------- the chain

let blocks = [] // { block, transactions, receipts }; the block's own transactions do not know an unsigned one's sender
let byHash = new Map() // hash of a block: its number
let mined = new Map() // hash of a transaction: { tx, number, index }
let waiting = new Map() // hash: tx, in the order in which they came
let snapshots = []
let automine = true
let coinbase = '0x' + 'c0'.repeat(20)
let next = {} // what the next block is told to have: timestamp, baseFeePerGas
let clock = 0n // seconds that were added to the next block's time

const head = () => blocks[blocks.length - 1].block
const options = { common, skipConsensusFormatValidation: true }

function headerAfter(parent) {
  return {
    coinbase: address(coinbase),
    gasLimit: BLOCK_GAS,
    timestamp: next.timestamp ?? parent.header.timestamp + SECONDS_A_BLOCK + clock,
    baseFeePerGas: next.baseFeePerGas ?? parent.header.calcNextBaseFee(),
    parentBeaconBlockRoot: new Uint8Array(32),
    number: parent.header.number + 1n,
    parentHash: parent.hash(),
    difficulty: 0n,
  }
}

function put(block, transactions, receipts) {
  const number = Number(block.header.number)
  blocks.push({ block, transactions, receipts })
  byHash.set(bytesToHex(block.hash()), number)
  transactions.forEach((tx, index) => mined.set(bytesToHex(tx.hash()), { tx, number, index }))
}

async function mine() {
  const parent = head()
  const builder = await buildBlock(vm, {
    parentBlock: parent,
    headerData: headerAfter(parent),
    withdrawals: [],
    blockOpts: { ...options, putBlockIntoBlockchain: false },
  })
  next = {}
  clock = 0n
  const results = []
  const transactions = []
  for (let found = true; found; ) {
    found = false
    for (const [hash, tx] of waiting) {
      if (tx.nonce !== (await account(senderOf(tx))).nonce) continue
      if (feeCap(tx) < builder.headerData.baseFeePerGas) continue
      try {
        results.push(await builder.addTransaction(tx, SKIP))
      } catch (error) {
        if (!String(error.message).includes('remaining gas in the block')) {
          waiting.delete(hash)
          console.error(`dropped ${hash}: ${error.message}`)
        }
        continue
      }
      transactions.push(tx)
      waiting.delete(hash)
      found = true
    }
  }
  const { block } = await builder.build()
  let logs = 0
  let before = 0n
  const receipts = results.map((result, index) => {
    const tx = transactions[index]
    const number = hex(block.header.number)
    const place = {
      transactionHash: bytesToHex(tx.hash()),
      transactionIndex: hex(index),
      blockHash: bytesToHex(block.hash()),
      blockNumber: number,
    }
    before += result.totalGasSpent
    return {
      ...place,
      from: senderOf(tx),
      to: tx.to?.toString() ?? null,
      type: hex(tx.type),
      status: result.execResult.exceptionError ? '0x0' : '0x1',
      gasUsed: hex(result.totalGasSpent),
      cumulativeGasUsed: hex(before),
      effectiveGasPrice: hex(priceOf(tx, block.header.baseFeePerGas)),
      contractAddress: result.createdAddress?.toString() ?? null,
      logsBloom: bytesToHex(result.bloom.bitvector),
      logs: result.receipt.logs.map(([emitter, topics, data]) => ({
        address: bytesToHex(emitter),
        topics: topics.map((topic) => bytesToHex(topic)),
        data: bytesToHex(data),
        logIndex: hex(logs++),
        removed: false,
        blockTimestamp: hex(block.header.timestamp),
        ...place,
      })),
    }
  })
  put(block, transactions, receipts)
}

// ---------------------------------------------------------------- transactions

const senderOf = (tx) => tx.getSenderAddress().toString()
const feeCap = (tx) => tx.maxFeePerGas ?? tx.gasPrice
function priceOf(tx, baseFee) {
  if (tx.maxFeePerGas === undefined) return tx.gasPrice
  const tip = tx.maxFeePerGas - baseFee
  return baseFee + (tip < tx.maxPriorityFeePerGas ? tip : tx.maxPriorityFeePerGas)
}

/** A transaction that nobody signed. */
async function unsigned(fields, gasLimit, baseFee) {
  const from = (fields.from ?? NOBODY).toLowerCase()
  const data = {
    type: 2,
    chainId: BigInt(chainId),
    nonce: fields.nonce === undefined ? (await account(from)).nonce : BigInt(fields.nonce),
    gasLimit,
    maxFeePerGas: BigInt(fields.maxFeePerGas ?? fields.gasPrice ?? baseFee),
    maxPriorityFeePerGas: BigInt(fields.maxPriorityFeePerGas ?? fields.gasPrice ?? 0),
    value: BigInt(fields.value ?? 0),
    data: fields.data ?? fields.input ?? '0x',
    accessList: fields.accessList ?? [],
  }
  if (fields.to) data.to = address(fields.to)
  const tx = createTx(data, { common, freeze: false })
  const hash = crypto.getRandomValues(new Uint8Array(32))
  Object.assign(tx, { getSenderAddress: () => address(from), isSigned: () => true, hash: () => hash })
  return tx
}

/** Take a transaction into the pool, and mine if that is to be. */
async function take(tx) {
  const hash = bytesToHex(tx.hash())
  if (mined.has(hash) || waiting.has(hash)) throw new Refusal('already known')
  const from = senderOf(tx)
  const { nonce, balance } = await account(from)
  if (tx.nonce < nonce) throw new Refusal(`nonce too low: next nonce ${nonce}, tx nonce ${tx.nonce}`)
  if (tx.gasLimit > MOST_GAS) throw new Refusal('exceeds block gas limit')
  if (balance < tx.gasLimit * feeCap(tx) + tx.value) {
    throw new Refusal(`insufficient funds for gas * price + value: balance ${balance}`)
  }
  const least = tx.getIntrinsicGas()
  if (tx.gasLimit < least) throw new Refusal(`intrinsic gas too low: have ${tx.gasLimit}, want ${least}`)
  for (const [other, old] of waiting) {
    if (old.nonce !== tx.nonce || senderOf(old) !== from) continue
    const tips = [tx, old].map((one) => one.maxPriorityFeePerGas ?? one.gasPrice)
    if (feeCap(tx) * 100n < feeCap(old) * BUMP || tips[0] * 100n < tips[1] * BUMP) {
      throw new Refusal('replacement transaction underpriced')
    }
    waiting.delete(other)
  }
  waiting.set(hash, tx)
  if (automine) await mine()
  return hash
}

async function pendingNonce(text) {
  let { nonce } = await account(text)
  const own = new Set([...waiting.values()].filter((tx) => senderOf(tx) === text.toLowerCase()).map((tx) => tx.nonce))
  while (own.has(nonce)) nonce++
  return nonce
}

// ---------------------------------------------------------------- questions about a state

function numberOf(tag = 'latest') {
  if (typeof tag === 'object') tag = tag.blockHash ?? tag.blockNumber
  if (tag.length === 66) return byHash.get(tag) ?? -1
  if (['latest', 'pending', 'safe', 'finalized'].includes(tag)) return blocks.length - 1
  if (tag === 'earliest') return 0
  const number = Number(tag)
  return number < blocks.length ? number : -1
}

/** Ask on the state after a block; nothing of it stays. */
async function at(tag, ask) {
  const number = numberOf(tag)
  if (number < 0) throw new Refusal('header not found', { code: -32001 })
  if (number === blocks.length - 1) return ask()
  const now = await state.getStateRoot()
  await state.setStateRoot(blocks[number].block.header.stateRoot)
  try {
    return await ask()
  } finally {
    await state.setStateRoot(now)
  }
}

async function dry(fields, gas) {
  const header = headerAfter(head())
  const free = fields.gasPrice === undefined && fields.maxFeePerGas === undefined
  const block = createBlock({ header: { ...header, baseFeePerGas: free ? 0n : header.baseFeePerGas } }, options)
  await vm.evm.journal.checkpoint()
  try {
    const tx = await unsigned({ ...fields, nonce: undefined }, gas, free ? 0n : header.baseFeePerGas)
    return await runTx(vm, { tx, block, skipBalance: true, skipBlockGasLimitValidation: true, ...SKIP })
  } catch (error) {
    return { refused: error }
  } finally {
    await vm.evm.journal.revert()
  }
}

const failed = (result) => result.refused ?? result.execResult.exceptionError

function refuse(result) {
  if (result.refused) throw new Refusal(String(result.refused.message).split('\n')[0])
  const { exceptionError, returnValue } = result.execResult
  if (exceptionError.error === 'revert') {
    throw new Refusal('execution reverted', { code: 3, data: bytesToHex(returnValue) })
  }
  throw new Refusal(exceptionError.error)
}

/** The least gas limit with which a transaction succeeds, to the unit. */
async function estimate(fields) {
  let enough = fields.gas ? BigInt(fields.gas) : MOST_GAS
  const full = await dry(fields, enough)
  if (failed(full)) refuse(full)
  let tooLittle = 1n
  for (let guess = full.totalGasSpent; enough - tooLittle > 1n; guess = (enough + tooLittle) / 2n) {
    if (guess <= tooLittle || guess >= enough) guess = (enough + tooLittle) / 2n
    if (failed(await dry(fields, guess))) tooLittle = guess
    else enough = guess
  }
  return enough
}

// ---------------------------------------------------------------- what is shown

function shownTransaction(tx, place) {
  const found = {
    hash: bytesToHex(tx.hash()), type: hex(tx.type), nonce: hex(tx.nonce), from: senderOf(tx),
    to: tx.to?.toString() ?? null, gas: hex(tx.gasLimit), value: hex(tx.value), input: bytesToHex(tx.data),
    chainId: hex(chainId), v: hex(tx.v ?? 0), r: hex(tx.r ?? 0), s: hex(tx.s ?? 0),
    blockHash: null, blockNumber: null, transactionIndex: null,
  }
  const baseFee = place ? blocks[place.number].block.header.baseFeePerGas : 0n
  found.gasPrice = hex(place ? priceOf(tx, baseFee) : feeCap(tx))
  if (tx.maxFeePerGas !== undefined) {
    found.maxFeePerGas = hex(tx.maxFeePerGas)
    found.maxPriorityFeePerGas = hex(tx.maxPriorityFeePerGas)
    found.accessList = []
    found.yParity = hex(tx.v ?? 0)
  }
  if (place) {
    found.blockHash = bytesToHex(blocks[place.number].block.hash())
    found.blockNumber = hex(place.number)
    found.transactionIndex = hex(place.index)
  }
  return found
}

function shownBlock(number, full) {
  if (number < 0) return null
  const { block, transactions } = blocks[number]
  const { header } = block
  return {
    number: hex(number), hash: bytesToHex(block.hash()), parentHash: bytesToHex(header.parentHash),
    sha3Uncles: bytesToHex(header.uncleHash), miner: header.coinbase.toString(), stateRoot: bytesToHex(header.stateRoot),
    transactionsRoot: bytesToHex(header.transactionsTrie), receiptsRoot: bytesToHex(header.receiptTrie),
    logsBloom: bytesToHex(header.logsBloom), difficulty: hex(header.difficulty), totalDifficulty: '0x0',
    gasLimit: hex(header.gasLimit), gasUsed: hex(header.gasUsed), timestamp: hex(header.timestamp),
    extraData: bytesToHex(header.extraData), mixHash: bytesToHex(header.mixHash), nonce: bytesToHex(header.nonce),
    baseFeePerGas: hex(header.baseFeePerGas), size: hex(block.serialize().length), uncles: [],
    transactions: transactions.map((tx, index) =>
      full ? shownTransaction(tx, { number, index }) : bytesToHex(tx.hash()),
    ),
  }
}

function logsOf({ address: emitters, topics = [], fromBlock, toBlock, blockHash }) {
  const from = numberOf(blockHash ?? fromBlock)
  const to = blockHash ? from : Math.max(numberOf(toBlock), -1)
  if (blockHash && from < 0) throw new Refusal('unknown block')
  const wanted = emitters && [emitters].flat().map((one) => one.toLowerCase())
  const fits = (log) =>
    (!wanted || wanted.includes(log.address)) &&
    topics.every((topic, at) => topic === null || [topic].flat().includes(log.topics[at]))
  return blocks.slice(Math.max(from, 0), to + 1).flatMap(({ receipts }) =>
    receipts.flatMap((receipt) => receipt.logs.filter(fits)),
  )
}

function feeHistory(count, newest, percentiles) {
  const last = numberOf(newest)
  const first = Math.max(0, last - Number(count) + 1)
  const range = blocks.slice(first, last + 1).map(({ block }) => block.header)
  const history = {
    oldestBlock: hex(first),
    baseFeePerGas: [...range.map((header) => hex(header.baseFeePerGas)), hex(range.at(-1).calcNextBaseFee())],
    gasUsedRatio: range.map((header) => Number(header.gasUsed) / Number(header.gasLimit)),
  }
  if (percentiles?.length) history.reward = range.map(() => percentiles.map(() => hex(TIP)))
  return history
}

// ---------------------------------------------------------------- methods

const methods = {
  web3_clientVersion: () => `ethereumjs/${hardfork}`,
  net_version: () => chainId,
  eth_chainId: () => hex(chainId),
  eth_syncing: () => false,
  eth_accounts: () => [],
  eth_blockNumber: () => hex(blocks.length - 1),
  eth_gasPrice: () => hex(head().header.calcNextBaseFee() + TIP),
  eth_maxPriorityFeePerGas: () => hex(TIP),
  eth_feeHistory: feeHistory,
  eth_getBlockByNumber: (tag, full) => shownBlock(numberOf(tag), full),
  eth_getBlockByHash: (hash, full) => shownBlock(numberOf(hash), full),
  eth_getBlockReceipts: (tag) => blocks[numberOf(tag)]?.receipts ?? null,
  eth_getBalance: (who, tag) => at(tag, async () => hex((await account(who)).balance)),
  eth_getCode: (who, tag) => at(tag, async () => bytesToHex(await state.getCode(address(who)))),
  eth_getStorageAt: (who, slot, tag) =>
    at(tag, async () => {
      const word = await state.getStorage(address(who), setLengthLeft(bigIntToBytes(BigInt(slot)), 32))
      return bytesToHex(setLengthLeft(word, 32))
    }),
  eth_getTransactionCount: (who, tag) =>
    at(tag, async () => hex(tag === 'pending' ? await pendingNonce(who) : (await account(who)).nonce)),
  eth_call: (fields, tag) =>
    at(tag, async () => {
      const result = await dry(fields, BigInt(fields.gas ?? MOST_GAS))
      if (failed(result)) refuse(result)
      return bytesToHex(result.execResult.returnValue)
    }),
  eth_estimateGas: (fields, tag) => at(tag, async () => hex(await estimate(fields))),
  eth_sendRawTransaction: (raw) => take(createTxFromRLP(hexToBytes(raw), { common })),
  eth_sendTransaction: async (fields) => {
    const gas = fields.gas ? BigInt(fields.gas) : await estimate(fields)
    const fee = 2n * head().header.calcNextBaseFee()
    const nonce = fields.nonce ?? (await pendingNonce(fields.from))
    return take(await unsigned({ maxFeePerGas: fee, ...fields, nonce }, gas, fee))
  },
  eth_getTransactionByHash: (hash) => {
    const place = mined.get(hash)
    if (place) return shownTransaction(place.tx, place)
    return waiting.has(hash) ? shownTransaction(waiting.get(hash)) : null
  },
  eth_getTransactionReceipt: (hash) => {
    const place = mined.get(hash)
    return place ? blocks[place.number].receipts[place.index] : null
  },
  eth_getLogs: logsOf,

  evm_mine: async () => {
    await mine()
    return '0x0'
  },
  evm_setAutomine: (on) => {
    automine = on
    return true
  },
  evm_setNextBlockTimestamp: (seconds) => {
    next.timestamp = BigInt(seconds)
    return true
  },
  evm_increaseTime: (seconds) => {
    clock += BigInt(seconds)
    return hex(clock)
  },
  evm_snapshot: async () => {
    snapshots.push({
      root: await state.getStateRoot(), height: blocks.length, waiting: new Map(waiting), next: { ...next }, clock,
    })
    return hex(snapshots.length)
  },
  evm_revert: async (id) => {
    const number = Number(id)
    if (number < 1 || number > snapshots.length) return false
    const before = snapshots[number - 1]
    snapshots = snapshots.slice(0, number - 1)
    for (const { block, transactions } of blocks.splice(before.height)) {
      byHash.delete(bytesToHex(block.hash()))
      transactions.forEach((tx) => mined.delete(bytesToHex(tx.hash())))
    }
    await state.setStateRoot(before.root)
    ;({ waiting, next, clock } = before)
    return true
  },
}

const cheats = {
  setBalance: async (who, wei) => {
    const changed = await account(who)
    changed.balance = BigInt(wei)
    await state.putAccount(address(who), changed)
  },
  setNonce: async (who, nonce) => {
    const changed = await account(who)
    changed.nonce = BigInt(nonce)
    await state.putAccount(address(who), changed)
  },
  setCode: (who, code) => state.putCode(address(who), hexToBytes(code)),
  setStorageAt: (who, slot, word) =>
    state.putStorage(address(who), setLengthLeft(bigIntToBytes(BigInt(slot)), 32), stripped(hexToBytes(word))),
  setCoinbase: (who) => void (coinbase = who.toLowerCase()),
  setNextBlockBaseFeePerGas: (wei) => void (next.baseFeePerGas = BigInt(wei)),
  impersonateAccount: () => {},
  mine: async (count = '0x1', seconds = SECONDS_A_BLOCK) => {
    for (let left = BigInt(count); left > 0n; left--) {
      clock += BigInt(seconds) - SECONDS_A_BLOCK
      await mine()
    }
  },
}
for (const [name, run] of Object.entries(cheats)) {
  for (const prefix of ['anvil', 'ethereumjs']) {
    methods[`${prefix}_${name}`] = async (...parameters) => {
      await run(...parameters)
      return true
    }
  }
}

function stripped(bytes) {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? new Uint8Array() : bytes.slice(first)
}

// ---------------------------------------------------------------- serving

async function answer({ id, method, params = [] }) {
  try {
    if (!methods[method]) throw new Refusal(`the method ${method} does not exist`, { code: -32601 })
    return { jsonrpc: '2.0', id, result: await methods[method](...params) }
  } catch (error) {
    const message = String(error.message ?? error).split('\n')[0]
    return { jsonrpc: '2.0', id, error: { code: error.code ?? -32000, message, data: error.data } }
  }
}

const genesis = createBlock(
  {
    header: {
      number: 0n, timestamp: BigInt(Math.floor(Date.now() / 1000)), gasLimit: BLOCK_GAS,
      baseFeePerGas: FIRST_BASE_FEE, stateRoot: await state.getStateRoot(), difficulty: 0n,
    },
    withdrawals: [],
  },
  options,
)
put(genesis, [], [])

let turn = Promise.resolve() // one request after the other
http
  .createServer((request, response) => {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      turn = turn.then(async () => {
        let body
        try {
          const asked = JSON.parse(Buffer.concat(parts).toString())
          body = Array.isArray(asked) ? [] : await answer(asked)
          if (Array.isArray(asked)) for (const one of asked) body.push(await answer(one))
        } catch {
          body = { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'parse error' } }
        }
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(body))
      })
    })
  })
  .listen(Number(port), '127.0.0.1')
