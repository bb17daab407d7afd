//! The tables as diesel sees them; a test holds this against what the migrations make on each database.

diesel::table! {
    versions (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    users (sub) {
        sub -> Text,
        name -> Text,
        name_folded -> Text,
        email -> Nullable<Text>,
        email_verified -> Bool,
        claims -> Text,
        password -> Text,
        disabled -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        metadata -> Text,
        secret_digest -> Nullable<Text>,
        created_at -> BigInt,
        sealed_secret -> Nullable<Text>,
        origin -> Nullable<Text>,
        registration_digest -> Nullable<Text>,
        fixed -> Nullable<Text>,
    }
}

diesel::table! {
    apis (resource) {
        resource -> Text,
        definition -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        alg -> Text,
        sealed -> Text,
        created_at -> BigInt,
        signs_from -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        key_digest -> Text,
        sub -> Text,
        auth_time -> BigInt,
        created_at -> BigInt,
        seen_at -> BigInt,
        idle_until -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        user_agent -> Text,
        address -> Text,
    }
}

diesel::table! {
    known_browsers (digest) {
        digest -> Text,
        sub -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    failures (subject) {
        subject -> Text,
        count -> BigInt,
        last -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    interactions (id) {
        id -> Text,
        browser_digest -> Text,
        request -> Text,
        progress -> Text,
        locale -> Nullable<Text>,
        done -> Bool,
        expires_at -> BigInt,
    }
}

diesel::table! {
    pushed_requests (digest) {
        digest -> Text,
        client_id -> Text,
        request -> Text,
        taken -> Bool,
        interaction_id -> Nullable<Text>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    logouts (id) {
        id -> Text,
        browser_digest -> Text,
        request -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    consents (sub, client_id) {
        sub -> Text,
        client_id -> Text,
        granted -> Text,
        declined -> Text,
        given_at -> BigInt,
        expires_at -> BigInt,
        claims -> Nullable<Text>,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        client_id -> Text,
        sub -> Text,
        session_id -> Text,
        scopes -> Text,
        resources -> Text,
        auth_time -> BigInt,
        nonce -> Nullable<Text>,
        created_at -> BigInt,
        used_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        claims -> Nullable<Text>,
        details -> Nullable<Text>,
        confirmation -> Nullable<Text>,
    }
}

diesel::table! {
    codes (digest) {
        digest -> Text,
        grant_id -> Text,
        redirect_uri -> Nullable<Text>,
        challenge -> Nullable<Text>,
        spent_at -> Nullable<BigInt>,
        valid_until -> BigInt,
        expires_at -> BigInt,
        dpop_jkt -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Text,
        grant_id -> Text,
        spent_at -> Nullable<BigInt>,
        successor -> Nullable<Text>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    access_tokens (id) {
        id -> Text,
        grant_id -> Nullable<Text>,
        client_id -> Text,
        sub -> Nullable<Text>,
        audience -> Text,
        scopes -> Text,
        auth_time -> Nullable<BigInt>,
        issued_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        expires_at -> BigInt,
        confirmation -> Nullable<Text>,
        details -> Nullable<Text>,
        actor -> Nullable<Text>,
    }
}

diesel::table! {
    replays (id) {
        id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    definitions (kind, name) {
        kind -> Text,
        name -> Text,
        definition -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    participants (session_id, client_id) {
        session_id -> Text,
        client_id -> Text,
        first_at -> BigInt,
        last_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    logout_deliveries (session_id, client_id) {
        session_id -> Text,
        client_id -> Text,
        sub -> Text,
        failed -> Bool,
        tries -> BigInt,
        due_at -> BigInt,
        problem -> Nullable<Text>,
        problem_at -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    device_codes (digest) {
        digest -> Text,
        user_code -> Text,
        client_id -> Text,
        request -> Text,
        user_agent -> Text,
        address -> Text,
        created_at -> BigInt,
        pause -> BigInt,
        polled_at -> BigInt,
        page -> Nullable<Text>,
        browser_digest -> Nullable<Text>,
        sealed_code -> Nullable<Text>,
        entered_at -> Nullable<BigInt>,
        denied_at -> Nullable<BigInt>,
        grant_id -> Nullable<Text>,
        spent_at -> Nullable<BigInt>,
        valid_until -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    client_leases (client_id) {
        client_id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    registration_tokens (id) {
        id -> Text,
        digest -> Text,
        note -> Text,
        uses_left -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    client_documents (client_id) {
        client_id -> Text,
        digest -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    client_traces (client_id) {
        client_id -> Text,
        ends_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    versions,
    users,
    clients,
    apis,
    signing_keys,
    sessions,
    known_browsers,
    failures,
    interactions,
    pushed_requests,
    logouts,
    consents,
    grants,
    codes,
    device_codes,
    refresh_tokens,
    access_tokens,
    replays,
    definitions,
    participants,
    logout_deliveries,
    client_leases,
    registration_tokens,
    client_documents,
    client_traces
);
