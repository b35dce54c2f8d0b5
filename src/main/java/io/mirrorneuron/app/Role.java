package io.mirrorneuron.app;

/** What a process does. */
public enum Role {
  /** Everything in one process. */
  UP(true, true, true),
  /** Only the HTTP door, before a runtime elsewhere. */
  GATEWAY(true, false, false),
  /** Only the runtime and its gRPC door. */
  RUNTIME(false, true, true),
  /** Only the runtime, for the program that it is part of. */
  EMBEDDED(false, true, false);

  private final boolean gateway;
  private final boolean runtime;
  private final boolean grpc;

  Role(boolean gateway, boolean runtime, boolean grpc) {
    this.gateway = gateway;
    this.runtime = runtime;
    this.grpc = grpc;
  }

  boolean hasGateway() {
    return gateway;
  }

  boolean hasRuntime() {
    return runtime;
  }

  /** Whether others may call the runtime. */
  boolean hasGrpc() {
    return grpc;
  }
}
