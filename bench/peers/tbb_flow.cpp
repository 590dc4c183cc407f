// bench/peers/tbb_flow.cpp - the peer of bench/engine.c: the same graph of empty tasks in oneTBB's
// flow graph. Built as tbb_flow.so beside cq-bench where oneTBB is installed, loaded by name.
#include <cstdint>
#include <memory>
#include <vector>

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>

namespace flow = oneapi::tbb::flow;
using Node = flow::continue_node<flow::continue_msg>;

namespace
{
struct Peer {
    oneapi::tbb::global_control threads;
    flow::graph graph;
    flow::broadcast_node<flow::continue_msg> start{graph};
    std::vector<std::unique_ptr<Node>> nodes;

    explicit Peer(std::size_t count)
        : threads(oneapi::tbb::global_control::max_allowed_parallelism, count)
    {
    }
};
} // namespace

// The inputs of cell i are inputs[from[i] .. from[i + 1]).
extern "C" void *peer_make(uint32_t cells, const uint32_t *from, const uint32_t *inputs,
                           uint32_t threads)
{
    auto *peer = new Peer(threads);
    peer->nodes.reserve(cells);
    for (uint32_t i = 0; i < cells; i++)
        peer->nodes.push_back(
            std::make_unique<Node>(peer->graph, [](const flow::continue_msg &) {}));
    for (uint32_t i = 0; i < cells; i++) {
        if (from[i] == from[i + 1]) flow::make_edge(peer->start, *peer->nodes[i]);
        for (uint32_t e = from[i]; e < from[i + 1]; e++)
            flow::make_edge(*peer->nodes[inputs[e]], *peer->nodes[i]);
    }
    return peer;
}

extern "C" void peer_run(void *object)
{
    auto *peer = static_cast<Peer *>(object);
    peer->start.try_put(flow::continue_msg());
    peer->graph.wait_for_all();
}

extern "C" void peer_free(void *object)
{
    delete static_cast<Peer *>(object);
}
