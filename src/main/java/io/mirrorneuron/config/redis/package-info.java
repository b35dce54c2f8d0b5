/** How Redis is reached and what its answers must be worth, as settings say it. */
package io.mirrorneuron.config.redis;
