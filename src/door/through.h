// door/through.h - an operation answered by the resident server of the workspace, when there is one
// that would print what this process would.
//
//   may another process answer? --no--> false
//   connect, check who it is, ask; a head with 200 in time? --no--> false
//   what comes is printed as it comes, to the exit code; a signal ends our side, so that the server
//   stops the work and sends what was found
//   a server that is silent and does not live (peer_watch) is left: this process answers, unless
//   something was printed already
//
// Threads: one. Memory: the Cli's arena. Blocks: until the answer is there; FIRST_MS at most until
// it begins, PEER_QUIET_MS + PEER_ALIVE_MS for a server that hangs, STOP_MS after a signal.
#ifndef CQ_DOOR_THROUGH_H
#define CQ_DOOR_THROUGH_H

#include "door/cli.h"

// False: nothing was printed, and this process should answer. *fail and cli->status as cli_answer
// sets them.
bool through_server(Cli *cli, Fail *fail);
// Why the server of the workspace would not be used; empty when it would, or there is none.
Str through_why_not(Cli *cli);
// Whether a server may be asked at all: not with --no-server, CQ_SERVER=off, or what measures this
// process.
bool cli_may_go_away(const Cli *cli);

#endif
