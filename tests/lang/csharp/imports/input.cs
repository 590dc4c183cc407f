extern alias Old;
global using System.Linq;
using System;
using System.Collections.Generic;
using static System.Math;
using Map = System.Collections.Generic.Dictionary<string, int>;
using Env = System.Environment;
namespace A { using B.C; }
