package shop

import (
	"fmt"
	yaml "gopkg.in/yaml.v3"
	. "example.com/dot"
	_ "embed"
	"example.com/api/v2"
)

type Kind int

const (
	First Kind = iota
	Second
)

var store, other = NewStore(), 2

type Item = api.Item

type Reader interface {
	fmt.Stringer
	Read(p []byte) (n int, err error)
}

type Store struct {
	*api.Base
	Reader
	items map[string]*Item
	on    func(s *Store) error
	inner struct{ deep Kind }
}

type Set[T comparable] struct{ all []T }

func (s *Set[T]) Add(v T, more ...T) *Set[T] {
	s.all = append(s.all, v)
	return s
}

func NewStore() (*Store, error) {
	s := &Store{items: make(map[string]*Item), Reader: nil}
	s.items["a"].Run()
	return s, nil
}

func (s *Store) Each(f func(*Item)) {
	for name, item := range s.items {
		item := item
		go f(item)
		defer func() { recover(); item.Close(name) }()
	}
	if st, err := NewStore(); err != nil {
		st.Each(f)
	} else if k, ok := s.Reader.(Kind); ok {
		k.String()
	}
	switch v := s.Reader.(type) {
	case *Store:
		v.Each(nil)
	case Kind, *Item:
		v.Read(nil)
	default:
		v.String()
	}
	var list []Item = load[Item]("x")
	list[0].Go().Then(s.Each)
	set := Set[Kind]{all: []Kind{First}}
	set.Add(Second).Add(Kind(3))
	table := map[string]Item{key: {Name: other}}
	_ = table
	s.on(s)
	new(Store).Each(f)
	(*Store).Each(s, f)
	yaml.Marshal(struct{ A int }{A: 1})
	select {
	case got, ok := <-feed:
		got.Use(ok)
	}
label:
	for {
		break label
	}
	type local struct{ x Kind }
	var l local
	l.x.String()
}
