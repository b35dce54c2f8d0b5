/** Port: what areas and doors ask of registered services. Entry: {@code ServicesPort}. */
package io.mirrorneuron.port.service;
