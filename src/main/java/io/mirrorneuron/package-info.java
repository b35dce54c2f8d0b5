/**
 * MirrorNeuron for Java programs: {@link io.mirrorneuron.MirrorNeuron} runs workflows in this
 * process or talks to a runtime elsewhere. The parts behind it lie in the packages below; {@code
 * app} is where to start reading them.
 */
package io.mirrorneuron;
