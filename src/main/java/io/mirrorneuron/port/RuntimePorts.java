package io.mirrorneuron.port;

import io.mirrorneuron.port.event.TriggerEvents;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.service.ServicesPort;

/** All that a runtime can be asked, in this process or elsewhere. */
public interface RuntimePorts {
  JobsPort jobs();

  ClusterPort cluster();

  ServicesPort services();

  SchedulesPort schedules();

  TriggerEvents events();
}
