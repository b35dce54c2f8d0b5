package io.mirrorneuron.app;

/** What a process does. */
public enum ServerRole {
  /** Everything in one process. */
  UP(true, true),
  /** Only the HTTP door, before a runtime elsewhere. */
  GATEWAY(true, false),
  /** Only the runtime and its gRPC door. */
  RUNTIME(false, true);

  private final boolean gateway;
  private final boolean runtime;

  ServerRole(boolean gateway, boolean runtime) {
    this.gateway = gateway;
    this.runtime = runtime;
  }

  boolean hasGateway() {
    return gateway;
  }

  boolean hasRuntime() {
    return runtime;
  }
}
