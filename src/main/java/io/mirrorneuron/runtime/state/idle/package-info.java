/**
 * What has done all that it had to do: which agents wait for more, which copies of a job are idle.
 */
package io.mirrorneuron.runtime.state.idle;
