/** Another definition of agents while their job runs; decided on by {@code runtime.decide}. */
package io.mirrorneuron.runtime.decide.redefine;
