//! Ids of headings, as code hosts make them.

/// The id of a heading: small letters, spaces as hyphens, without punctuation.
pub fn slug(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .collect()
}

/// The same for all headings of a file: a second one of that name gets a number.
pub fn slugs<'h>(headings: impl Iterator<Item = &'h str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for heading in headings {
        let plain = slug(heading);
        let mut own = plain.clone();
        let mut number = 0;
        while all.contains(&own) {
            number += 1;
            own = format!("{plain}-{number}");
        }
        all.push(own);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::slugs;

    #[test]
    fn headings_get_the_ids_that_code_hosts_give_them() {
        let headings = ["Why `state`, and why PKCE?", "Why `state`, and why PKCE?", "令牌（token）是什么？", "4.2.1 Create the app"];
        let plain = ["Why state, and why PKCE?", "Why state, and why PKCE?", headings[2], headings[3]];
        assert_eq!(
            slugs(plain.into_iter()),
            ["why-state-and-why-pkce", "why-state-and-why-pkce-1", "令牌token是什么", "421-create-the-app"]
        );
    }
}
