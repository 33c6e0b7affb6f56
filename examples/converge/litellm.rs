//! LiteLLM's `latency-based-routing`, as its documentation and its behaviour describe it: a model of our own, with its
//! defaults (`ttl` 3600 s, `max_latency_list_size` 10, `lowest_latency_buffer` 0).
//!
//! Of each deployment the last ten times are kept, put down when an answer is there. A call goes to the one whose mean is the
//! lowest, drawn among equals; who has no time yet has a mean of 0. Nothing is tried again before everything is forgotten,
//! which takes an hour without any answer in the group.

use std::collections::VecDeque;

use switchman::base::rng::Rng;

use super::case::{Course, RATE, calls, takes_ms};

const LIST: usize = 10;

pub(crate) fn course(seed: u64) -> Course {
    let mut rng = Rng::for_call(seed, 0);
    let mut times: [VecDeque<f64>; 2] = Default::default();
    // Answers that are to come: when, whose, and how long each took.
    let mut coming: Vec<(u64, usize, u64)> = Vec::new();
    let mut course = Vec::new();
    for number in 0..calls() as u64 {
        let now = number * 1_000 / u64::from(RATE);
        coming.sort_unstable();
        let are_there = coming.partition_point(|(at, ..)| *at <= now);
        for (_, whose, ms) in coming.drain(..are_there) {
            let list = &mut times[whose];
            list.push_back(ms as f64 / 1_000.0);
            if list.len() > LIST {
                list.pop_front();
            }
        }
        let mean = |list: &VecDeque<f64>| list.iter().sum::<f64>() / list.len().max(1) as f64;
        let [changing, other] = [mean(&times[0]), mean(&times[1])];
        let picked = if changing == other { rng.below(2) } else { usize::from(other < changing) };
        let ms = takes_ms(picked == 0, now);
        coming.push((now + ms, picked, ms));
        course.push((now, picked == 0));
    }
    Course(course)
}
