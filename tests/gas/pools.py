"""
Labelled operations of the task pools: a first one where it writes new words, a later one, and the worst at each bound.

"first" is the first of its kind, or of its account; without it some came before.
"""

import boa

from taskpools.demo.life_cycle import proof_of
from tests.gas.scene import ETHER, Scene
from tests.helpers.chain import reverts
from tests.helpers.compiled import mock_deployer

FIXED, FLEXIBLE = 0, 1
CATEGORY, METADATA = "AI Tasks", "Pool for AI inference tasks"
CHAT, IMAGE = "llm-chat-v1", "image-v1"
PROMPT = "Summarise the attached minutes of the meeting in five sentences. " * 4
PROMPT_200 = PROMPT[:200]
RESULT_200 = PROMPT[:199] + "."
TOKEN_PRICE = 2 * 10**13
IMAGE_PRICE = 4 * 10**15
REWARD = 10**15
DAY = 86_400
CLAIM_WINDOW = 3_600


def text(length: int) -> str:
    return "".join(chr(35 + i % 89) for i in range(length))


class Market:
    """A deployment with two models and a verifier, and what happens there."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.system = scene.deploy()
        self.registry, self.router, self.factory = self.system.registry, self.system.router, self.system.factory
        self.owner, self.requester = scene.account("pool owner"), scene.account("requester")
        self.verifier, self.stranger = scene.account("verifier"), scene.account("stranger")
        self.registry.registerModel(CHAT, "Chat", "A chat model", FLEXIBLE, TOKEN_PRICE)
        self.registry.registerModel(IMAGE, "Image", "An image model", FIXED, IMAGE_PRICE)
        self.registry.addVerifier(self.verifier)
        self._workers = 0

    def pool(self, approved: bool = True):
        pool = self.system.pool(self.factory.createPool(CATEGORY, METADATA, sender=self.owner))
        if approved:
            self.registry.approvePool(pool.address)
        return pool

    def worker(self) -> str:
        """A new one."""
        self._workers += 1
        return self.scene.account(f"worker {self._workers}")

    def add(self, pool, rewards: list[int], prompt: str = PROMPT_200, lifetime: int = 5 * DAY) -> list[int]:
        """The owner's own tasks."""
        first, size = pool.taskCounter() + 1, len(rewards)
        arguments = (rewards, [7] * size, [CHAT] * size, [prompt] * size, [self.scene.now + lifetime] * size)
        pool.addAITasks(*arguments, value=sum(rewards), sender=self.owner)
        return list(range(first, first + size))

    def request(self, prompt: str = PROMPT_200, model: str = CHAT, surplus: int = 0) -> tuple:
        """Returns the request's pool and task."""
        _, cost = self.registry.calculateInferenceCost(model, prompt)
        request = self.registry.requestInference(model, prompt, value=cost + surplus, sender=self.requester)
        pool, task = self.registry.requestTask(request)
        return self.system.pool(pool), task

    def submit(self, pool, task: int, worker: str, result: str = RESULT_200):
        self.router.submitTask(pool.address, task, proof_of(result), len(PROMPT_200), 1, result, sender=worker)

    def work(self, pool, task: int, worker: str):
        self.router.claimTask(pool.address, task, sender=worker)
        self.submit(pool, task, worker)


def factory(scene: Scene):
    """Making pools, opening and closing them."""
    system = scene.deploy()
    factory, registry = system.factory, system.registry
    owner, user = scene.account("pool owner"), scene.account("user")
    label = "TaskPoolFactory.{}".format
    scene.do(label("createPool[first]"), factory.createPool, CATEGORY, METADATA, sender=owner)
    pool = scene.do(label("createPool"), factory.createPool, CATEGORY, METADATA, sender=owner)
    scene.do(label("createPool[category=new]"), factory.createPool, "Speech", METADATA, sender=owner)
    worst = text(64), text(1024)
    scene.do(label("createPool[category=64,metadata=1024]"), factory.createPool, *worst, sender=owner)
    scene.do(label("createPoolFor"), factory.createPoolFor, user, CATEGORY, METADATA)
    salt = b"\x11" * 32
    scene.do(label("createPoolDeterministic"), factory.createPoolDeterministic, CATEGORY, METADATA, salt, sender=owner)
    batch = [CATEGORY] * 16, [METADATA] * 16
    pools = scene.do(label("createPools[pools=16]"), factory.createPools, *batch, sender=owner)
    while len(pools) < 94:
        size = min(16, 94 - len(pools))
        pools += factory.createPools([CATEGORY] * size, [METADATA] * size, sender=owner)
    assert factory.getPoolCount() == (100, 100)

    scene.do(label("deactivatePool"), factory.deactivatePool, pools[44])
    scene.do(label("activatePool"), factory.activatePool, pools[44])
    scene.do(label("deactivatePools[pools=64]"), factory.deactivatePools, pools[:64])
    scene.do(label("activatePools[pools=64]"), factory.activatePools, pools[:64])
    for approved in (pools[44], pools[45]):
        registry.approvePool(approved)
    scene.do(label("deactivatePool[approved]"), factory.deactivatePool, pools[44])
    scene.do(label("reactivatePool[approved]"), factory.reactivatePool, pools[44])
    scene.do(label("setPoolCategory"), factory.setPoolCategory, pool, "Speech", sender=owner)
    scene.do(label("setPoolMetadata"), factory.setPoolMetadata, pool, "Text to speech", sender=owner)
    scene.do(label("setPoolMetadata[metadata=1024]"), factory.setPoolMetadata, pool, text(1024), sender=owner)
    scene.do(label("transferOwnership"), factory.transferOwnership, user)
    scene.do(label("acceptOwnership"), factory.acceptOwnership, sender=user)
    scene.execution(label("getPoolInfo[exec]"), factory.getPoolInfo, pools[0])
    scene.execution(label("getPoolCount[exec]"), factory.getPoolCount)
    assert len(scene.execution(label("getPools[exec,pools=100]"), factory.getPools, 0, 256)[0]) == 100
    assert (
        len(scene.execution(label("getActivePoolsPaged[exec,pools=100]"), factory.getActivePoolsPaged, 0, 256)[0])
        == 100
    )
    scene.execution("TaskPoolViewer.getPoolData[exec]", system.viewer.getPoolData, pools[0])
    scene.execution("TaskPoolViewer.getPoolsData[exec,pools=16]", system.viewer.getPoolsData, factory.address, 0, 16)


def registry(scene: Scene):
    """Models, requests, refunds, fees."""
    market = Market(scene)
    registry, system, requester = market.registry, market.system, market.requester
    label = "ModelRegistry.{}".format
    model = ("llm-code-v2", "Code", "A code model", FLEXIBLE, TOKEN_PRICE)
    scene.do(label("registerModel"), registry.registerModel, *model)
    worst = (text(64), text(128), text(1024), FLEXIBLE, TOKEN_PRICE)
    scene.do(label("registerModel[id=64,name=128,description=1024]"), registry.registerModel, *worst)
    scene.do(label("updateModel"), registry.updateModel, "llm-code-v2", "Code", "A better code model", TOKEN_PRICE)
    scene.do(label("setModelActive"), registry.setModelActive, "llm-code-v2", False)
    scene.do(label("addVerifier"), registry.addVerifier, market.stranger)
    scene.do(label("removeVerifier"), registry.removeVerifier, market.stranger)
    scene.do(label("setProtocolFeeBps"), registry.setProtocolFeeBps, 250)
    scene.do(label("setRequestLifetime"), registry.setRequestLifetime, 2 * DAY)

    first, second, third = (market.pool(approved=False) for _ in range(3))
    scene.do(label("approvePool[first]"), registry.approvePool, first.address)
    scene.do(label("approvePool"), registry.approvePool, second.address)
    scene.do(label("revokePool"), registry.revokePool, second.address)
    registry.approvePool(second.address)

    market.request()
    scene.note(label("requestInference[prompt=200,first]"))
    for _ in range(3):
        market.request()
    scene.between(label("requestInference[prompt=200]"), [market.request for _ in range(8)])
    market.request(prompt=text(4096))
    scene.note(label("requestInference[prompt=4096]"))
    market.request(surplus=ETHER)
    scene.note(label("requestInference[prompt=200,surplus]"))
    _, cost = registry.calculateInferenceCost(CHAT, PROMPT_200)
    bounded = (CHAT, PROMPT_200, cost)
    scene.do(
        label("requestInferenceWithMax[prompt=200]"),
        registry.requestInferenceWithMax,
        *bounded,
        value=cost,
        sender=requester,
    )
    scene.do(label("cancelRequest[first]"), registry.cancelRequest, 2, sender=requester)
    scene.do(label("cancelRequest"), registry.cancelRequest, 3, sender=requester)
    scene.do(label("withdrawRefund"), registry.withdrawRefund, sender=requester)
    registry.cancelRequest(4, sender=requester)
    new_account = scene.account("refund", 0)
    scene.do(label("withdrawRefundTo[new account]"), registry.withdrawRefundTo, new_account, sender=requester)
    scene.do(label("submitResult[result=200]"), registry.submitResult, 2, RESULT_200, sender=market.verifier)
    scene.do(label("submitResult[result=4096]"), registry.submitResult, 3, text(4096), sender=market.verifier)

    worker = market.worker()
    pool, task = registry.requestTask(6)
    market.work(system.pool(pool), task, worker)
    system.pool(pool).verifyAndPay(task, True, sender=market.verifier)
    scene.note("TaskPool.verifyAndPay[first fee]")
    scene.do(label("withdrawTokens"), registry.withdrawTokens)
    scene.execution(label("calculateInferenceCost[exec,prompt=200]"), registry.calculateInferenceCost, CHAT, PROMPT_200)
    scene.execution(label("getInferenceRequest[exec]"), registry.getInferenceRequest, 5)
    scene.execution(label("getModel[exec]"), registry.getModel, CHAT)
    assert third.taskCounter() == 0


def tasks(scene: Scene):
    """A task's life in a pool: added, submitted, judged, released, settled, cancelled."""
    market = Market(scene)
    router = market.router
    worker, other = market.worker(), market.worker()
    label = "TaskPool.{}".format

    own = market.pool(approved=False)
    market.add(own, [REWARD])
    scene.note(label("addAITasks[tasks=1,first]"))
    market.add(own, [REWARD])
    scene.note(label("addAITasks[tasks=1]"))
    market.add(own, [REWARD + i for i in range(16)])
    scene.note(label("addAITasks[tasks=16]"))
    market.add(own, [REWARD - i for i in range(1, 17)], prompt=text(4096))
    scene.note(label("addAITasks[tasks=16,input=4096]"))
    scene.do(label("setZKPVerifier"), own.setZKPVerifier, market.verifier, sender=market.owner)
    scene.do(label("setTaskTerms"), own.setTaskTerms, CLAIM_WINDOW, DAY, 2, True, sender=market.owner)
    scene.do("TaskRouter.claimTaskFromPool[first]", router.claimTaskFromPool, own.address, sender=worker)
    task = router.activeTaskOf(worker)[1]
    scene.do(label("releaseMyClaim"), own.releaseMyClaim, task, sender=worker)
    scene.do("TaskRouter.claimTaskFromPool", router.claimTaskFromPool, own.address, sender=worker)
    task = router.activeTaskOf(worker)[1]
    market.submit(own, task, worker)
    own.verifyAndPay(task, True, sender=market.verifier)
    scene.note(label("verifyAndPay[owner's task]"))
    scene.do(label("cancelTask[owner's task]"), own.cancelTask, 1, sender=market.owner)
    scene.do(label("emergencyWithdraw"), own.emergencyWithdraw, sender=market.owner)
    scene.do(label("transferOwnership"), own.transferOwnership, other, sender=market.owner)
    scene.do(label("acceptOwnership"), own.acceptOwnership, sender=other)

    pool = market.pool()
    for _ in range(24):
        market.request()
    scene.do("TaskRouter.claimTask[first]", router.claimTask, pool.address, 1, sender=other)
    market.submit(pool, 1, other)
    pool.verifyAndPay(1, True, sender=market.verifier)
    scene.do("TaskRouter.claimTask", router.claimTask, pool.address, 2, sender=other)
    market.submit(pool, 2, other)
    scene.note("TaskRouter.submitTask[proof=995,result=200]")
    scene.do(label("verifyAndPay"), pool.verifyAndPay, 2, True, sender=market.verifier)
    router.claimTask(pool.address, 3, sender=other)
    worst = (pool.address, 3, b"p" * 1024, 2**256 - 1, 2**256 - 1, text(4096))
    scene.do("TaskRouter.submitTask[proof=1024,result=4096]", router.submitTask, *worst, sender=other)
    scene.do(label("verifyAndPay[result=4096]"), pool.verifyAndPay, 3, True, sender=market.verifier)
    workers = [market.worker() for _ in range(3)]
    for attempt, each in enumerate(workers):
        market.work(pool, 4, each)
        pool.verifyAndPay(4, False, sender=market.verifier)
        if attempt == 1:
            scene.note(label("verifyAndPay[rejected]"))
    scene.note(label("verifyAndPay[rejected for good]"))
    scene.do("TaskRouter.claimBestTask[pools=1,barred]", router.claimBestTask, sender=workers[0])
    barred = router.activeTaskOf(workers[0])[1]
    pool.releaseMyClaim(barred, sender=workers[0])
    for task in range(6, 14):
        market.work(pool, task, other)
    verdict = (list(range(6, 14)), [True] * 8)
    scene.do(label("batchVerifyAndPay[tasks=8]"), pool.batchVerifyAndPay, *verdict, sender=market.verifier)
    market.work(pool, 14, other)
    market.work(pool, 15, other)
    router.claimTask(pool.address, 16, sender=worker)
    scene.wait(CLAIM_WINDOW + 12)
    scene.do(
        "TaskRouter.releaseExpiredTasks[tasks=1,lapsed]",
        router.releaseExpiredTasks,
        pool.address,
        [16],
        sender=market.stranger,
    )
    scene.wait(DAY - CLAIM_WINDOW)
    scene.do(label("settleUnverified[tasks=1]"), pool.settleUnverified, [14], sender=market.stranger)
    expired = [17, 18, 19, 20, 21, 22, 23, 24]
    scene.do(label("releaseExpiredTasks[tasks=1]"), pool.releaseExpiredTasks, expired[:1], sender=market.stranger)
    scene.do(label("releaseExpiredTasks[tasks=7]"), pool.releaseExpiredTasks, expired[1:], sender=market.stranger)
    scene.execution(label("tasks[exec]"), pool.tasks, 15)
    scene.execution(label("getPoolStats[exec]"), pool.getPoolStats)
    scene.execution("TaskPoolViewer.getTaskDetails[exec]", market.system.viewer.getTaskDetails, pool.address, 15)
    scene.execution("TaskPoolViewer.whyStuck[exec]", market.system.viewer.whyStuck, pool.address, 15)


def bounds(scene: Scene):
    """
    A payee that refuses, a full list of expired tasks, a claim that meets expired ones, what a transaction begins with.
    """
    market = Market(scene)
    pool = market.pool(approved=False)
    expired = [task for _ in range(16) for task in market.add(pool, [REWARD] * 16, lifetime=DAY)]
    refusing = boa.env.deploy(bytecode=bytes.fromhex("635f5ffd005f526004601cf3"))[0]  # its code: revert
    scene.wait(DAY + 12)
    stranger = market.stranger
    scene.do("TaskPool.releaseExpiredTasks[tasks=256]", pool.releaseExpiredTasks, expired, sender=stranger)

    ranked = market.pool()
    for _ in range(10):
        market.request()
    scene.wait(DAY + 12)
    market.request()
    worker = market.worker()
    assert scene.do("TaskRouter.claimBestTask[pools=1,expired=8]", market.router.claimBestTask, sender=worker)[1] == 0
    scene.do("TaskRouter.claimBestTask[pools=1,expired=2]", market.router.claimBestTask, sender=worker)
    assert market.router.activeTaskOf(worker) == (ranked.address, 11)

    market.request()
    market.router.claimTask(ranked.address, 12, sender=refusing)
    market.submit(ranked, 12, refusing)
    ranked.verifyAndPay(12, True, sender=market.verifier)
    assert ranked.creditOf(refusing) > 0
    scene.note("TaskPool.verifyAndPay[payee refuses]")
    edges = mock_deployer("Edges.vy").deploy()
    for _ in range(2):
        edges.touch(sender=stranger)
    scene.do("TaskPool.withdrawCredit[new account]", ranked.withdrawCredit, scene.account("payee", 0), sender=refusing)


def claims(scene: Scene):
    """Claims of one pool and of ten."""
    market = Market(scene)
    router = market.router
    market.pool()
    for _ in range(4):
        market.request()
    worker = market.worker()
    scene.do("TaskRouter.claimBestTask[pools=1,first]", router.claimBestTask, sender=worker)
    with reverts("UserHasActiveTask()"):
        router.claimBestTask(sender=worker)
    scene.note("TaskRouter.claimBestTask[refused]")
    pool, task = router.activeTaskOf(worker)
    market.submit(market.system.pool(pool), task, worker)
    scene.do("TaskRouter.claimBestTask[pools=1]", router.claimBestTask, sender=worker)
    for _ in range(9):
        market.pool()
    for _ in range(30):
        market.request()
    workers = [market.worker() for _ in range(16)]
    scene.between(
        "TaskRouter.claimBestTask[pools=10,tasks=30,first]",
        [lambda each=each: router.claimBestTask(sender=each) for each in workers],
    )
    fresh = market.worker()
    scene.execution("TaskRouter.getBestTaskFor[exec,pools=10,tasks=30]", router.getBestTaskFor, fresh)
    scene.execution("TaskRouter.getBestAvailableTask[exec]", router.getBestAvailableTask)
    scene.execution("TaskRouter.getGlobalStats[exec]", router.getGlobalStats)
    scene.execution("TaskRouter.estimateClaimGas[exec]", router.estimateClaimGas, pool)


ACTS = [factory, registry, tasks, bounds, claims]
