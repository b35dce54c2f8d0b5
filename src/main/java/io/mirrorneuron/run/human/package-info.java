/**
 * Human tasks of programs. Programs write requests into the files of their run; {@link HumanLog}
 * reads them, {@link HumanRequest} derives their states, {@link DecisionService} writes people's
 * decisions, {@link HumanInbox} finds the open requests of all runs, {@link HumanClock} decides
 * when time is over, and {@link HumanView} shows requests to clients. The area {@code human} serves
 * the API calls.
 */
package io.mirrorneuron.run.human;
