//! How the servers behind nginx are.

catalogue! {
    TITLE = "서버 상태", "State of the servers";
    AS_OF = "{at} 기준, {span} 동안 지켜봄", "As of {at}, watched for {span}";
    AGAIN = "새로 고침", "Look again";
    SERVERS = "서버", "Servers";
    LAST = "최근 {window}", "Last {window}";
    MINUTE = "1분", "minute";
    FIVE_MINUTES = "5분", "5 minutes";
    HOUR = "1시간", "hour";
    COL_SERVER = "서버", "Server";
    COL_STATE = "상태", "State";
    COL_SINCE = "언제부터", "Since";
    COL_ERROR = "마지막 오류", "Last error";
    COL_SHARE = "비율", "Share";
    COL_RATE = "초당 요청", "Requests/s";
    COL_P50 = "응답 50%", "p50";
    COL_P95 = "응답 95%", "p95";
    COL_P99 = "응답 99%", "p99";
    COL_REFUSED = "연결 실패", "Not connected";
    COL_BROKEN = "연결 끊김", "Broken";
    COL_TIMEOUT = "시간 초과", "Timed out";
    COL_RETRIED = "다른 서버로", "Retried";
    ALL_SERVERS = "전체", "All";
    NO_LIVE = "받을 서버가 없던 요청", "Requests without a live server";
    UP = "정상", "Up";
    DRAINING = "종료 준비 중", "Draining";
    DOWN = "응답 없음", "Down";
    EJECTED = "제외된 듯함", "Ejected?";
    UNKNOWN = "알 수 없음", "Unknown";
    FROM_LOG = "(기록으로만 앎)", "(from the log only)";
    NO_ERROR = "없음", "None";
    AGO = "{text} ({span} 전)", "{text} ({span} ago)";
    FOR = "{span} 동안", "for {span}";
    LOG = "nginx 기록", "nginx's log";
    LOG_LINES = "읽은 줄", "Lines read";
    LOG_BAD = "읽지 못한 줄", "Lines not understood";
    LOG_LAST = "마지막 줄", "Last line";
    LOG_LAG = "도착까지", "Time to arrive";
    NEVER = "아직 없음", "None yet";
    MS = "{n}ms", "{n} ms";
    NOTE = "nginx 무료판은 어느 서버를 제외했는지 알려 주지 않습니다. '제외된 듯함'은 오류가 난 뒤 다른 서버에만 요청이 갔다는 것에서 짐작한 것이고, 나머지는 서버가 /readyz에 답한 것입니다.", "nginx's free edition does not tell whom it has ejected. \"Ejected?\" is inferred: errors, then no requests while others had some. The other states are what /readyz answered.";
}
