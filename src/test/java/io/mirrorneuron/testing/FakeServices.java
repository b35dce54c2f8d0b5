package io.mirrorneuron.testing;

import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Services that a test puts there; remembers what was asked. */
public final class FakeServices implements ServicesPort {
  private final List<RegisteredService> there = new CopyOnWriteArrayList<>();
  private volatile String asked = "";

  /** An instance that every question is answered with; in JSON with single quotes. */
  public void add(String instance) {
    there.add(
        LenientJson.read(
            Json.parseObject(instance.replace('\'', '"'), "instance"), RegisteredService.class));
  }

  /** The last question, as text. */
  public String asked() {
    return asked;
  }

  @Override
  public Registered list(ServiceFilter filter) {
    asked = "list " + Json.write(filter);
    return new Registered(there);
  }

  @Override
  public Resolved resolve(String name, ServiceFilter filter) {
    asked = "resolve " + name + " " + Json.write(filter);
    return Resolved.of(there);
  }

  @Override
  public ServiceReport check(String requirements) {
    asked = "check " + requirements;
    return new ServiceReport(
        "validation.report/v1", true, "passed", 0, List.of(), List.of(), List.of(), List.of());
  }
}
