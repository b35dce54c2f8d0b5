/**
 * Asks HTTP servers that may do anything: never longer, never more than said. Entry: {@code
 * BoundedHttp}.
 */
package io.mirrorneuron.models.http;
