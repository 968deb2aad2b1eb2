"""The ABI that clients get: the compiler's, with what the compiler leaves out."""

import copy
import functools
import json
import re
from pathlib import Path

from eth_utils import keccak

from taskpools.artifacts import CONTRACTS, SOURCES, artifact, contracts
from taskpools.files import write_whole

# What the lens returns, and a pool hands on.
TEXTS = {
    "getAITaskData": "requestId modelId inputData resultData isCompleted",
    "tasks": (
        "reward deadline assignedTo exists zkpProof zkpPublicInput zkpPublicResult requestId modelId inputData "
        "resultData"
    ),
}

# The compiler names no outputs. Those of published functions have the published names; a function that is not here
# returns one value that nobody has named.
OUTPUTS = {
    "TaskLens": TEXTS,
    "TaskPool": {
        **TEXTS,
        "claimOf": "worker deadline",
        "getPoolStats": "available active pending processed rewarded balance",
        "getQueue": "items total",
        "getQueueLengths": "available active pending",
        "getTaskTerms": "claimWindow verificationWindow maxAttempts silencePaysWorker",
        "getUserActiveTask": "taskId reward deadline",
        "taskWords": "word progress",
    },
    "TaskPoolFactory": {
        "getActivePoolsPaged": "items total",
        "getBestAvailablePool": "bestPool",
        "getGlobalStats": "totalPools totalActivePools totalAvailableTasks totalActiveTasks totalPendingTasks",
        "getPoolCount": "total active",
        "getPools": "items total",
        "getPoolsByCategoryPaged": "items total",
        "getPoolsWithAvailableTasks": "pools",
        "getPoolsWithAvailableTasksPaged": "items total",
        "poolInfo": "owner createdAt isActive metadata",
    },
    "TaskPoolViewer": {
        "findExpiredTasks": "poolsWithExpired expiredTaskIds",
        "findTasks": "items nextOffset",
        "findUserActiveTask": "pool taskId task",
        "getAggregatedStats": (
            "totalPools activePools totalAvailableTasks totalActiveTasks totalPendingTasks totalProcessedTasks "
            "totalRewardsDistributed"
        ),
        "getPoolsData": "items total",
        "scanPoolsForTasks": "poolsWithTasks availableCounts avgRewards",
    },
    "TaskRouter": {
        "activeTaskOf": "pool taskId",
        "claimBestTask": "pool taskId",
        "claimTaskFromPool": "taskId",
        "getBestTaskFor": "pool taskId",
        "getGlobalStats": (
            "totalPools activePools totalAvailableTasks totalActiveTasks totalPendingTasks totalProcessedTasks "
            "totalRewardsDistributed"
        ),
        "getRecommendedPools": "pools",
        "getTaskOpportunities": "opportunities",
        "rankedPool": "reward createdAt taskId",
    },
    "ModelRegistry": {
        "calculateInferenceCost": "tokenCount totalCost",
        "getActiveModels": "activeModelIds",
        "getActiveModelsPaged": "items total",
        "getModelIds": "items total",
        "getModelsByPricingType": "matchingModelIds",
        "getModelsByPricingTypePaged": "items total",
        "getRequestPools": "items total",
        "inferenceRequests": "user modelId prompt tokenCount totalCost timestamp resultData hasResult",
        "models": "name description modelPricingType isActive createdAt tokenPrice",
        "requestInference": "requestId",
        "requestInferenceWithMax": "requestId",
        "requestTask": "pool taskId",
        "requestText": "modelId prompt",
    },
    "TaskManager": {
        "scheduleTask": "scheduled executionCost taskId",
        "scheduleWithBond": "scheduled executionCost taskId",
        "rescheduleTask": "rescheduled executionCost taskId",
        "executeTasks": "feesEarned",
        "executeTasksById": "feesEarned",
        "expireTasks": "expired",
        "isTaskCancelled": "cancelled",
        "isTaskExecuted": "executed",
        "estimateCost": "cost",
        "estimateCostAt": "cost",
        "currentTask": "taskId owner attempt price firstPrice",
        "getEnvironment": "environment",
        "getTaskScheduleInRange": "items total",
    },
    **{
        f"{name}TaskEnvironment": {"executeTask": "success"}
        for name in ("Minimal", "Basic", "Rescheduling", "Validated", "Recurring")
    },
}

# The arguments of public getters have no names either.
INPUTS = {"TaskManager": {"nonces": "owner"}}

# The arguments of custom errors, which the compiler does not know either.
ERROR_ARGUMENTS = {
    "InsufficientBond(uint256,uint256)": "required actual",
    "InvalidPaymentAmount(uint256,uint256)": "expected provided",
    "InvalidPayoutAddress(address)": "payoutAddress",
    "LookaheadExceedsMaxScheduleDistance(uint64)": "lookahead",
    "TaskAlreadyCancelled(bytes32)": "taskId",
    "TaskAlreadyExecuted(bytes32)": "taskId",
    "TaskAlreadyRescheduled(bytes32)": "taskId",
    "TaskCostAboveMax(uint256,uint256)": "cost maxPayment",
    "TaskGasTooLarge(uint256)": "gasLimit",
    "TaskNotFound(bytes32)": "taskId",
    "TaskValidation_TargetBlockInPast(uint64,uint256)": "targetBlock currentBlock",
    "TaskValidation_TargetBlockTooFar(uint64,uint256)": "targetBlock currentBlock",
    "Unauthorized(address,address)": "caller owner",
}

# Whose refusals a contract passes on as they are: `claimTask` of the router reverts with the pool's `PoolInactive()`.
PASSED_ON = {"TaskRouter": "TaskPool", "ModelRegistry": "TaskPool", "TaskManager": "TaskEnvironmentProxy"}


@functools.cache
def error_signatures() -> tuple[str, ...]:
    """Every custom error that the sources declare, such as `PoolNotFound()`."""
    text = "".join(path.read_text() for path in sorted(CONTRACTS.rglob("*.vy")))
    return tuple(sorted(set(re.findall(r'raw_revert\([^"]*method_id\("(\w+\([^"]*\))"\)', text))))


@functools.cache
def abi(name: str) -> list[dict]:
    """
    The ABI of a contract for clients: the compiler's, with the outputs named and the errors added that the compiler
    lists none of.

    A `__default__` that takes plain transfers only is a `receive`.
    """
    entries = []
    for entry in copy.deepcopy(artifact(name).abi):
        if entry["type"] == "fallback":
            entry = {"type": "receive", "stateMutability": "payable"}
        names = OUTPUTS.get(name, {}).get(entry.get("name", ""))
        if names and entry["type"] == "function":
            entry["outputs"] = [
                {**output, "name": output_name}
                for output, output_name in zip(entry["outputs"], names.split(), strict=True)
            ]
        names = INPUTS.get(name, {}).get(entry.get("name", ""))
        if names:
            entry["inputs"] = [
                {**item, "name": input_name} for item, input_name in zip(entry["inputs"], names.split(), strict=True)
            ]
        entries.append(entry)
    errors = set(_own_errors(name))
    if name in PASSED_ON:
        errors.update(_own_errors(PASSED_ON[name]))
    for signature in sorted(errors):
        error_name, types = signature[:-1].split("(")
        arguments = ERROR_ARGUMENTS.get(signature, "").split()
        inputs = [
            {"name": name_, "type": type_}
            for name_, type_ in zip(arguments, filter(None, types.split(",")), strict=True)
        ]
        entries.append({"type": "error", "name": error_name, "inputs": inputs})
    return entries


def _own_errors(name: str) -> list[str]:
    """
    An error belongs to a contract if its selector is in the contract's code, where it stands without leading zeros.
    """
    code = artifact(name).bytecode_runtime
    return [signature for signature in error_signatures() if keccak(text=signature)[:4].lstrip(b"\0") in code]


def export_abis(folder: Path) -> None:
    """Write `<Contract>.json` for each contract, the list that clients take as an ABI."""
    contracts.prepare([CONTRACTS / path for path in SOURCES.values()])
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        write_whole(folder / f"{name}.json", json.dumps(abi(name), indent=1) + "\n")
