"""Tokens for the tests: drawn at random, and one that is plain."""

from typing import Any

from hypothesis import strategies as st

HOLDER = "agent"
PLAIN: dict[str, Any] = {
    "schema": "fencekit.token/1",
    "holder": HOLDER,
    "expires": "2030-01-01T00:00:00Z",
    "workspace": "/srv/ws",
    "tools": [
        {"name": "read_file", "paths": ["**"], "max_bytes": 1000},
        {"name": "write_file", "paths": ["tmp/**"], "except": ["tmp/keep/**"]},
        {"name": "list_dir", "paths": ["**"]},
        {"name": "delete_file", "paths": ["tmp/**"], "guardrails": ["soft_delete"]},
        {"name": "search", "capability": "web.search", "approval": True},
    ],
}

names = st.sampled_from(["a", "b", "docs", "tmp", "x[1]", "why?", "é"])
patterns = st.one_of(
    st.just("**"),
    names,
    names.map(lambda name: f"{name}/**"),
    names.map(lambda name: f"{name}**.md"),
    st.tuples(names, names).map("/".join),
)
moments = st.sampled_from(
    ["2027-01-01T00:00:00Z", "2028-06-30T12:00:00+02:00", "2029-01-01T00:00:00Z"]
)


def tools_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    own = {"capability": st.just("web.search")} if name == "search" else {}
    return st.fixed_dictionaries(
        {"name": st.just(name), "paths": st.lists(patterns, min_size=1, max_size=2), **own},
        optional={
            "except": st.lists(patterns, max_size=1),
            "max_bytes": st.integers(0, 5000),
            "guardrails": st.lists(st.sampled_from(["warn", "soft_delete"]), max_size=2),
            "approval": st.booleans(),
        },
    )


@st.composite
def tool_lists(draw: st.DrawFn, most: int = 3) -> list[dict[str, Any]]:
    kinds = st.sampled_from(["read_file", "write_file", "list_dir", "delete_file", "search"])
    chosen = draw(st.lists(kinds, unique=True, min_size=1, max_size=most))
    return [draw(tools_of(name)) for name in chosen]


blocks = st.fixed_dictionaries({"tools": tool_lists()}, optional={"expires": moments})


@st.composite
def documents(draw: st.DrawFn, most_blocks: int = 2) -> dict[str, Any]:
    narrowed = draw(st.lists(blocks, max_size=most_blocks))
    return {
        **{key: PLAIN[key] for key in ("schema", "holder")},
        "expires": draw(moments),
        "workspace": draw(st.sampled_from(["/srv/ws", "/", "/srv/w[s]"])),
        "tools": draw(tool_lists()),
        **({"narrowed": narrowed} if narrowed else {}),
    }


paths = st.lists(names, max_size=3).map(lambda parts: "/".join(["/srv/ws", *parts]))
