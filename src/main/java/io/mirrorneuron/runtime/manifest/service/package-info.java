/**
 * What manifests say of services, as records: what is offered, how it is checked, and what is
 * needed. Start with {@link io.mirrorneuron.runtime.manifest.service.ServiceDemands}, which reads a
 * manifest; {@link io.mirrorneuron.runtime.manifest.service.ServiceTemplates} fills in what is only
 * known when a service is registered. Pure.
 */
package io.mirrorneuron.runtime.manifest.service;
