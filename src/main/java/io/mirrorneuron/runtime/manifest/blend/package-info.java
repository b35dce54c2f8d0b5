/** How manifests of one workflow differ, and manifests between two of them; for deployments. */
package io.mirrorneuron.runtime.manifest.blend;
