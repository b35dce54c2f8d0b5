package io.mirrorneuron.testing;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.OperationsPort;
import io.mirrorneuron.port.OperationsPort.OperationKind;
import io.mirrorneuron.port.OperationsPort.OperationOptions;
import io.mirrorneuron.port.OperationsPort.OperationView;
import java.util.List;

/** No operation is known; those on all jobs find none. */
public final class FakeOperations implements OperationsPort {
  @Override
  public OperationView start(OperationKind kind, OperationOptions options, String by) {
    throw MnException.notFound("node", options.nodeName());
  }

  @Override
  public OperationView get(String id) {
    throw MnException.notFound("operation", id);
  }

  @Override
  public Events events(String id, long after) {
    throw MnException.notFound("operation", id);
  }

  @Override
  public Cancelled cancelAll(String by) {
    return new Cancelled("op-none", 0, 0, 0, List.of());
  }

  @Override
  public int clear(String by) {
    return 0;
  }
}
