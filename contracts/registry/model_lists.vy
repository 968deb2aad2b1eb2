# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Model lists
@license MIT
@notice The ids of all models, of the active ones, and of those of a pricing type, whole or in pages. The lists are in
        order of registration.
@dev Nothing is stored for the lists: they are found by reading the models, 1,024 at most.
"""

from ..pools import task_rules
from ..shared import errors
from ..shared import list_bounds
from . import model_words
from . import model_records

uses: model_records

# Kinds of models. Those of pricing type t are kind MODELS_OF_TYPE + t.
ALL_MODELS: constant(uint256) = 0
ACTIVE_MODELS: constant(uint256) = 1
MODELS_OF_TYPE: constant(uint256) = 2


@view
@external
@reentrant
def getAllModelIds() -> DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS]:
    """
    @notice All models, active or not.
    @return Their ids.
    """
    return self._ids(ALL_MODELS, 0, model_records.MAX_MODELS)


@view
@external
@reentrant
def getModelIds(
    offset: uint256, limit: uint256
) -> (DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS], uint256):
    """
    @notice A page of all models, active or not.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param offset How many models to skip.
    @param limit The most ids to return, up to 256.
    @return Ids, and the number of all models.
    """
    return self._page(ALL_MODELS, offset, limit)


@view
@external
@reentrant
def getActiveModels() -> DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS]:
    """
    @notice The models that take requests.
    @return Their ids.
    """
    return self._ids(ACTIVE_MODELS, 0, model_records.MAX_MODELS)


@view
@external
@reentrant
def getActiveModelsPaged(
    offset: uint256, limit: uint256
) -> (DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS], uint256):
    """
    @notice A page of the models that take requests.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param offset How many active models to skip.
    @param limit The most ids to return, up to 256.
    @return Ids, and the number of all active models.
    """
    return self._page(ACTIVE_MODELS, offset, limit)


@view
@external
@reentrant
def getModelsByPricingType(
    pricingType: uint8
) -> DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS]:
    """
    @notice The models of a pricing type, active or not.
    @param pricingType 0 fixed, 1 flexible. Another type has no models.
    @return Their ids.
    """
    return self._ids(MODELS_OF_TYPE + convert(pricingType, uint256), 0, model_records.MAX_MODELS)


@view
@external
@reentrant
def getModelsByPricingTypePaged(
    pricingType: uint8, offset: uint256, limit: uint256
) -> (DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS], uint256):
    """
    @notice A page of the models of a pricing type, active or not.
    @dev Reverts with `InvalidInput()` for a limit above 256.
    @param pricingType 0 fixed, 1 flexible. Another type has no models.
    @param offset How many models of the type to skip.
    @param limit The most ids to return, up to 256.
    @return Ids, and the number of all models of the type.
    """
    return self._page(MODELS_OF_TYPE + convert(pricingType, uint256), offset, limit)


@internal
@view
def _page(
    kind: uint256, offset: uint256, limit: uint256
) -> (DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS], uint256):
    if limit > list_bounds.MAX_PAGE:
        errors._invalid_input()
    total: uint256 = 0
    for position: uint256 in range(model_records.count, bound=model_records.MAX_MODELS):
        if self._is_of_kind(model_records._id(position), kind):
            total += 1
    return self._ids(kind, offset, limit), total


@internal
@view
def _ids(
    kind: uint256, offset: uint256, limit: uint256
) -> DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS]:
    """
    @param offset How many models of the kind to skip.
    """
    ids: DynArray[String[task_rules.MAX_MODEL_ID], model_records.MAX_MODELS] = []
    skip: uint256 = offset
    for position: uint256 in range(model_records.count, bound=model_records.MAX_MODELS):
        if len(ids) == limit:
            break
        model_id: String[task_rules.MAX_MODEL_ID] = model_records._id(position)
        if self._is_of_kind(model_id, kind):
            if skip == 0:
                ids.append(model_id)
            else:
                skip -= 1
    return ids


@internal
@view
def _is_of_kind(model_id: String[task_rules.MAX_MODEL_ID], kind: uint256) -> bool:
    model: uint256 = model_records._word(model_id)
    if kind == ACTIVE_MODELS:
        return model_words._is_active(model)
    return kind == ALL_MODELS or model_words._pricing_type(model) == kind - MODELS_OF_TYPE
