/**
 * The area {@code human}: requests to people, and what they decide. The domain is {@code
 * io.mirrorneuron.run.human}; here is only what the bus asks for.
 */
package io.mirrorneuron.area.human;
