package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import java.util.Set;

/** Runs programs as processes of this machine. */
final class HostLocalRunner implements Runner {
  private static final String NAME = "host_local";

  private final ProgramRun.Machinery machinery;

  HostLocalRunner(ProgramRun.Machinery machinery) {
    this.machinery = machinery;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<String> modules() {
    return Set.of("MirrorNeuron.Runner.HostLocal", "HostLocal", NAME);
  }

  @Override
  public Outcome run(Prepared prepared, Listener listener, Notice.Inbox inbox) throws NotStarted {
    return new ProgramRun(NAME, machinery, prepared, listener, inbox).run();
  }
}
