/**
 * People in the loop. Programs write requests into the files of their run; {@link
 * io.mirrorneuron.human.HumanLog} reads them, {@link io.mirrorneuron.human.HumanRequest} says how
 * each stands, {@link io.mirrorneuron.human.HumanDesk} writes what people decide, {@link
 * io.mirrorneuron.human.HumanInbox} finds what is open in all runs, {@link
 * io.mirrorneuron.human.HumanClock} decides when nobody did in time, and {@code HumanView} is how
 * clients see it. Only {@link io.mirrorneuron.human.HumanVerticle} knows the bus.
 */
package io.mirrorneuron.human;
