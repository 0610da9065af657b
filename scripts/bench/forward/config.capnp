using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "forward", worker = .forward),
    (name = "files", disk = (path = "files")),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "forward")],
);

const forward :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  bindings = [(name = "FILES", service = "files")],
  compatibilityDate = "2026-11-01",
);
