/**
 * Which nodes run copies of a system job, and what comes of them; decided on by {@code
 * runtime.decide}.
 */
package io.mirrorneuron.runtime.decide.target;
