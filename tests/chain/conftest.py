"""The two chained logs that the tests tamper with."""

import sys

import pytest

from chain.tampering import ROOT, Kind, capfence_kind, own_kind

# The player of scripted agents on the real runtime is no package.
sys.path.append(str(ROOT / "fixtures"))


@pytest.fixture(scope="session")
def kinds(tmp_path_factory) -> dict[str, Kind]:
    return {"capfence": capfence_kind(), "own": own_kind(tmp_path_factory.mktemp("own"))}


@pytest.fixture(params=["capfence", "own"])
def kind(request, kinds) -> Kind:
    return kinds[request.param]
