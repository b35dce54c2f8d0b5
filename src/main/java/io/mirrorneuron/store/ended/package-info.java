/** Port of what is done about ended jobs one by one; {@code store} implements it. */
package io.mirrorneuron.store.ended;
