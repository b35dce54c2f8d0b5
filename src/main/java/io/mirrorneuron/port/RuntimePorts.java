package io.mirrorneuron.port;

import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;

/** All ports of a runtime, local or remote. */
public record RuntimePorts(
    JobsPort jobs,
    ClusterPort cluster,
    ServicesPort services,
    TriggerEvents events,
    SchedulesPort schedules,
    DeploymentsPort deployments,
    Webhooks webhooks) {}
