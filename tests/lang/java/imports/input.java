package com.example;

import java.util.List;
import java.util.concurrent.*;
import static org.junit.Assert.assertEquals;
import static com.example.Names.*;
import Top;

class Uses {
    List<String> list;
}
