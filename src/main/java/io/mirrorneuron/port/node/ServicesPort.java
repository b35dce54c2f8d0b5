package io.mirrorneuron.port.node;

import java.util.List;

/** Services that jobs offer. Blocking and thread-safe. */
public interface ServicesPort {
  /** Registered instances by their names and ids. */
  record Registered(List<RegisteredService> services) {
    public Registered {
      services = List.copyOf(services);
    }
  }

  /**
   * Instances of one service.
   *
   * @param service the first of them, which is the one to take; null when there is none
   */
  record Resolved(List<RegisteredService> services, RegisteredService service) {
    public Resolved {
      services = List.copyOf(services);
    }

    public static Resolved of(List<RegisteredService> services) {
      return new Resolved(services, services.isEmpty() ? null : services.getFirst());
    }
  }

  Registered list(ServiceFilter filter);

  /** Instances of a service, the one to take first; none of an unknown one. */
  Resolved resolve(String name, ServiceFilter filter);

  /**
   * Whether services are there and well.
   *
   * @param requirements as JSON: a list, or one
   * @throws io.mirrorneuron.model.MnException MALFORMED when it is no JSON; INVALID when it is
   *     something else
   */
  ServiceReport check(String requirements);
}
