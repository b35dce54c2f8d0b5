/**
 * Checks of services: whether an address may be asked ({@link
 * io.mirrorneuron.runtime.service.check.AddressGuard}), asking it ({@link
 * io.mirrorneuron.runtime.service.check.Prober}), when ({@link
 * io.mirrorneuron.runtime.service.check.ProbeSchedule}), and what follows from the answers ({@link
 * io.mirrorneuron.runtime.service.check.ServiceHealth}, which is pure).
 */
package io.mirrorneuron.runtime.service.check;
