/**
 * People in the loop. Programs write requests into the files of their run; {@link HumanLog} reads
 * them, {@link HumanRequest} says how each stands, {@link DecisionService} writes what people
 * decide, {@link HumanInbox} finds what is open in all runs, {@link HumanClock} decides when nobody
 * did in time, and {@link HumanView} is how clients see it. The area {@code human} answers calls
 * with it.
 */
package io.mirrorneuron.run.human;
