using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "suite", worker = .suite)],
);

# The oldest date that works: before it, streams had no constructors. The first flag is for the suite, which is told of
# every rejection that nobody handles: before 2026 it was told too early. Without the second, cookies cannot be told apart.
const suite :Workerd.Worker = (
  modules = [(name = "suite.mjs", esModule = embed "edge_workerd.mjs")],
  compatibilityDate = "2022-11-30",
  compatibilityFlags = ["unhandled_rejection_after_microtask_checkpoint", "http_headers_getsetcookie"],
);
