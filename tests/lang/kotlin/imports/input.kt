package a.b

import java.util.List
import java.util.Map as JMap
import kotlin.collections.*
import top
class A
