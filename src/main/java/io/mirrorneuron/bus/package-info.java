/**
 * The bus between gateway and areas. A call goes to {@code mn.<tag>} as a {@code JsonObject} with
 * the operation in the header {@code op}; the answer is a {@code Buffer} of finished bytes, or a
 * {@code ReplyException}. Nothing else is shared, so an area works the same on another node. Entry
 * point: {@link io.mirrorneuron.bus.AreaVerticle}.
 */
package io.mirrorneuron.bus;
