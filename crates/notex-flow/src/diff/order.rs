//! The longest part of a list that is in order.

/// The places of the longest part of some numbers that rises, itself in order.
pub(super) fn longest_rising(numbers: &[usize]) -> Vec<usize> {
    // The place of the lowest end of a rising part of each length, and what comes before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (place, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before[place] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(place);
        } else {
            ends[length] = place;
        }
    }
    let mut rising: Vec<usize> =
        std::iter::successors(ends.last().copied(), |place| before[*place]).collect();
    rising.reverse();
    rising
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_part_in_order_is_found() {
        assert_eq!(longest_rising(&[]), Vec::<usize>::new());
        assert_eq!(longest_rising(&[3, 1, 2, 0, 4]), [1, 2, 4]);
        assert_eq!(longest_rising(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(longest_rising(&[2, 1, 0]).len(), 1);
    }
}
