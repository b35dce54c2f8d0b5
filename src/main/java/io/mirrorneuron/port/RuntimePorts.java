package io.mirrorneuron.port;

import io.mirrorneuron.port.deployment.DeploymentsPort;
import io.mirrorneuron.port.event.TriggerEvents;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.service.ServicesPort;
import io.mirrorneuron.port.webhook.Webhooks;

/** All that a runtime can be asked and told, wherever it is. */
public record RuntimePorts(
    JobsPort jobs,
    ClusterPort cluster,
    ServicesPort services,
    TriggerEvents events,
    SchedulesPort schedules,
    DeploymentsPort deployments,
    Webhooks webhooks) {}
