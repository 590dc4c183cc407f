#include "train/commands.h"
Fail do_fit(Ctx *cx, TrainArgs *args) { (void)cx; (void)args; return NULL; }
Fail do_export(Ctx *cx, TrainArgs *args) { (void)cx; (void)args; return NULL; }
Fail do_inspect(Ctx *cx, TrainArgs *args) { (void)cx; (void)args; return NULL; }
