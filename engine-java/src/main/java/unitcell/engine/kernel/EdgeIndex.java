package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/**
 * The connectivity of a set of edges, sorted by target, with the second ordering by source that backward passes need.
 *
 * @param nodes N
 * @param edges E
 * @param source source[e]: node that the message of edge e comes from; I32 [E]
 * @param target target[e], non-decreasing; I32 [E]
 * @param targetStart edges targetStart[i] to targetStart[i+1] end in node i; I32 [N+1]
 * @param sourceStart entries sourceStart[j] to sourceStart[j+1] of {@code sourceEdge} name the edges leaving j; I32 [N+1]
 * @param sourceEdge edge numbers ordered by source, ascending within a source; I32 [E]
 */
public record EdgeIndex(
        int nodes,
        int edges,
        Tensor source,
        Tensor target,
        Tensor targetStart,
        Tensor sourceStart,
        Tensor sourceEdge) {}
