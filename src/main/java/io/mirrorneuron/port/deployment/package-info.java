/** Port: what areas and doors ask of deployments. Entry: {@code DeploymentsPort}. */
package io.mirrorneuron.port.deployment;
