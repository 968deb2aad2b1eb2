# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Model records
@license MIT
@notice The models that requests name: what they are, what they cost, whether they take requests. A model is never
        removed.
"""

from ..interfaces import IModelRegistry
from ..pools import task_rules
from ..shared import errors
from ..shared import ownable
from . import model_words
from . import registry_settings

uses: ownable
uses: registry_settings

MAX_MODELS: constant(uint256) = 1_024

words: HashMap[bytes32, uint256]  # by keccak256(modelId), see model_words.vy
blobs: HashMap[uint256, address]  # by position
count: uint256


# ---------------------------------------------------------------- owner


@external
def registerModel(
    modelId: String[task_rules.MODEL_ID_ROOM],
    name: String[model_words.NAME_ROOM],
    description: String[model_words.DESCRIPTION_ROOM],
    modelPricingType: uint8,
    tokenPrice: uint256,
):
    """
    @notice Add a model, which takes requests at once. There can be 1,024 models.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `InvalidInput()` for an id that is registered,
         for anything out of bounds, and for the 1,025th model.
    @param modelId 1 to 64 bytes.
    @param name Up to 128 bytes.
    @param description Up to 1,024 bytes.
    @param modelPricingType 0 fixed: a request is one token. 1 flexible: a token for each 4 bytes of the prompt.
    @param tokenPrice In wei, 1 to 2^96 - 1.
    """
    ownable._only_owner()
    digest: bytes32 = keccak256(modelId)
    position: uint256 = self.count
    if (
        len(modelId) == 0
        or len(modelId) > task_rules.MAX_MODEL_ID
        or convert(modelPricingType, uint256) > model_words.FLEXIBLE
        or self.words[digest] != 0
        or position == MAX_MODELS
    ):
        errors._invalid_input()
    self.count = position + 1
    self._describe(digest, model_words._new(position, modelPricingType), modelId, name, description, tokenPrice)
    log IModelRegistry.ModelRegistered(
        modelId=convert(modelId, String[task_rules.MAX_MODEL_ID]),
        modelPricingType=modelPricingType,
        tokenPrice=tokenPrice,
    )


@external
def updateModel(
    modelId: String[task_rules.MODEL_ID_ROOM],
    name: String[model_words.NAME_ROOM],
    description: String[model_words.DESCRIPTION_ROOM],
    tokenPrice: uint256,
):
    """
    @notice Change a model's name, description and price, for requests that are made from now on.
    @dev Reverts with `Unauthorized()` for anyone but the owner, with `ModelNotFound()`, and with `InvalidInput()` for
         anything out of bounds.
    @param modelId A registered model.
    @param name Up to 128 bytes.
    @param description Up to 1,024 bytes.
    @param tokenPrice In wei, 1 to 2^96 - 1.
    """
    ownable._only_owner()
    model: uint256 = self._model(modelId)
    self._describe(keccak256(modelId), model, modelId, name, description, tokenPrice)
    log IModelRegistry.ModelUpdated(
        modelId=convert(modelId, String[task_rules.MAX_MODEL_ID]), isActive=model_words._is_active(model)
    )


@external
def setModelActive(modelId: String[task_rules.MODEL_ID_ROOM], isActive: bool):
    """
    @notice Open or close a model for new requests.
    @dev Reverts with `Unauthorized()` for anyone but the owner, and with `ModelNotFound()`.
    @param modelId A registered model.
    @param isActive Whether the model takes requests from now on.
    """
    ownable._only_owner()
    model: uint256 = self._model(modelId) & ~model_words.IS_ACTIVE
    if isActive:
        model |= model_words.IS_ACTIVE
    self.words[keccak256(modelId)] = model
    log IModelRegistry.ModelUpdated(modelId=convert(modelId, String[task_rules.MAX_MODEL_ID]), isActive=isActive)


# ---------------------------------------------------------------- views


@pure
@external
@reentrant
def calculateTokenCount(prompt: String[task_rules.INPUT_ROOM]) -> uint256:
    """
    @notice The tokens of a prompt under flexible pricing.
    @param prompt The prompt.
    @return Its bytes / 4, rounded up, at least 1.
    """
    return model_words._flexible_tokens(len(prompt))


@view
@external
@reentrant
def calculateInferenceCost(
    modelId: String[task_rules.MODEL_ID_ROOM], prompt: String[task_rules.INPUT_ROOM]
) -> (uint256, uint256):
    """
    @notice The cost that `requestInference` charges now.
    @dev Reverts with `ModelNotFound()`.
    @param modelId A registered model.
    @param prompt The prompt.
    @return Tokens, and the cost in wei.
    """
    model: uint256 = self._model(modelId)
    tokens: uint256 = model_words._tokens(model, len(prompt))
    return tokens, tokens * model_words._price(model)


@view
@external
@reentrant
def models(
    modelId: String[task_rules.MODEL_ID_ROOM]
) -> (String[model_words.MAX_NAME], String[model_words.MAX_DESCRIPTION], uint8, bool, uint256, uint256):
    """
    @notice A model, if it is registered.
    @param modelId Any id.
    @return name, description, modelPricingType, isActive, createdAt, tokenPrice. Zeros for an unknown id.
    """
    model: uint256 = self.words[keccak256(modelId)]
    if model == 0:
        return "", "", 0, False, 0, 0
    result: IModelRegistry.Model = self._unpack(model)
    return (
        result.name,
        result.description,
        result.modelPricingType,
        result.isActive,
        result.createdAt,
        result.tokenPrice,
    )


@view
@external
@reentrant
def getModel(modelId: String[task_rules.MODEL_ID_ROOM]) -> IModelRegistry.Model:
    """
    @notice A registered model.
    @dev Reverts with `ModelNotFound()`.
    @param modelId A registered model.
    @return The model. `createdAt` is a unix time, `tokenPrice` is in wei.
    """
    return self._unpack(self._model(modelId))


@view
@external
@reentrant
def modelIds(index: uint256) -> String[task_rules.MAX_MODEL_ID]:
    """
    @notice The models in order of registration.
    @dev Reverts with `InvalidInput()` past the last model.
    @param index From 0.
    @return The model's id.
    """
    if index >= self.count:
        errors._invalid_input()
    return self._id(index)


# ---------------------------------------------------------------- internal


@internal
def _describe(
    digest: bytes32,
    model: uint256,
    model_id: String[task_rules.MODEL_ID_ROOM],
    name: String[model_words.NAME_ROOM],
    description: String[model_words.DESCRIPTION_ROOM],
    price: uint256,
):
    if (
        price == 0
        or price > task_rules.MAX_REWARD
        or len(name) > model_words.MAX_NAME
        or len(description) > model_words.MAX_DESCRIPTION
    ):
        errors._invalid_input()
    self.words[digest] = model_words._with_price(model, price)
    registry_settings._count_blob()
    self.blobs[model_words._position(model)] = model_words._write(model_id, name, description)


@internal
@view
def _word(model_id: String[task_rules.MODEL_ID_ROOM]) -> uint256:
    """
    @return The model's word, 0 for an unknown id.
    """
    return self.words[keccak256(model_id)]


@internal
@view
def _model(model_id: String[task_rules.MODEL_ID_ROOM]) -> uint256:
    """
    @dev Reverts with `ModelNotFound()`.
    @return The model's word.
    """
    model: uint256 = self.words[keccak256(model_id)]
    if model == 0:
        errors._model_not_found()
    return model


@internal
@view
def _id(position: uint256) -> String[task_rules.MAX_MODEL_ID]:
    return model_words._id(self.blobs[position])


@internal
@view
def _unpack(model: uint256) -> IModelRegistry.Model:
    blob: address = self.blobs[model_words._position(model)]
    return IModelRegistry.Model(
        name=model_words._name(blob),
        description=model_words._description(blob),
        modelPricingType=convert(model_words._pricing_type(model), uint8),
        isActive=model_words._is_active(model),
        createdAt=model_words._created_at(model),
        tokenPrice=model_words._price(model),
    )
