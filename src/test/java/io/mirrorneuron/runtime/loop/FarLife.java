package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.remote.FarNode;
import io.mirrorneuron.store.RemoteExecutionIndex;
import java.util.Set;

/** One life of a node of {@link TwoOwners}, as programs elsewhere need it. */
record FarLife(TwoOwners world, TwoOwners.Node node, int life) implements FarNode.Server {
  @Override
  public String owner() {
    return node.owner;
  }

  @Override
  public Timers timers() {
    return node.timers();
  }

  @Override
  public boolean isCut() {
    return node.isCut();
  }

  @Override
  public boolean mayWork() {
    return node.engine().mayWork();
  }

  @Override
  public void later(long ms, Runnable action) {
    if (life == node.life()) {
      node.schedule(ms, action);
    }
  }

  @Override
  public boolean meanwhile(int most) {
    return node.meanwhile(most);
  }

  @Override
  public RemoteExecutionIndex index(RemoteExecutionIndex index) {
    return node.through(RemoteExecutionIndex.class, index);
  }

  @Override
  public Set<String> living() {
    return world.registry().living().toCompletableFuture().join();
  }

  @Override
  public String status(String jobId) {
    return world.status(jobId);
  }

  @Override
  public void fault(String what) {
    world.fault(what);
  }
}
