//! Files below a post and in the editor, and why one was not taken.

crate::text::catalogue! {
    TITLE = "파일", "Files";
    COUNT_ONE = "첨부 파일 {n}개", "{n} file";
    COUNT_MANY = "첨부 파일 {n}개", "{n} files";
    PICTURES = "사진", "Pictures";
    TEXT = "글로 보기", "Read as text";
    TEXT_OF = "글로 보기: {name}", "Read as text: {name}";
    TEXT_TITLE = "파일의 글", "Text of the file";
    TEXT_PAGE = "파일의 글 ({n}/{of}쪽)", "Text of the file (page {n} of {of})";
    TEXT_HINT = "파일에서 글만 옮긴 것입니다. 표와 그림, 꾸밈은 파일에 있습니다.", "Only the text of the file. Tables, pictures and layout are in the file itself.";
    TEXT_MORE = "더 보기", "Read on";
    TEXT_FILE = "파일 열기", "Open the file";
    TEXT_TO_POST = "글로 돌아가기: {title}", "Back to the post: {title}";
    TEXT_WAITS = "글을 읽는 중입니다", "Its text is being read";
    TEXT_NONE = "글로 볼 수 없습니다: 그림으로만 된 문서이거나, 글을 읽을 수 없는 형식입니다", "No text to read: it has only pictures, or its format cannot be read";
    TEXT_LOCKED = "글로 볼 수 없습니다: 암호가 걸린 문서입니다", "No text to read: the document has a password";
    TEXT_DAMAGED = "글로 볼 수 없습니다: 깨졌거나 이름과 다른 형식의 파일입니다", "No text to read: the file is damaged, or is not what its name says";
    TEXT_TOO_LARGE = "글로 볼 수 없습니다: 풀면 너무 큰 문서입니다", "No text to read: the document unpacks to too much";
    TEXT_TOO_SLOW = "글로 볼 수 없습니다: 읽는 데 너무 오래 걸리는 문서입니다", "No text to read: reading the document takes too long";
    CHOOSE = "파일 고르기", "Choose files";
    HINT = "한 번에 여러 개를 고를 수 있습니다. 글 하나에 20개, 파일 하나에 25 MB까지.", "You can choose several at once. Up to 20 files a post, 25 MB each.";
    SEND = "고른 파일 올리기", "Upload chosen files";
    REMOVE = "빼기", "Remove";
    REMOVE_OF = "빼기: {name}", "Remove: {name}";
    ALT = "사진 설명", "Description of the picture";
    ALT_HINT = "사진을 볼 수 없는 사람에게 읽어 줍니다. 글 가운데에 넣으려면 본문에 ![설명](file:{id})라고 적어 주세요.", "It is read to people who cannot see the picture. To put it into the text, write ![words](file:{id}) there.";
    FILE_REFUSED = "올리지 못한 파일이 있습니다. 글과 다른 파일은 그대로 있습니다", "Some files were not uploaded. Your text and the other files are kept";
    FILE_UNSENT = "고른 파일이 아직 올라가지 않았습니다. 파일을 다시 고르고 「고른 파일 올리기」를 먼저 눌러 주세요", "The files you chose are not uploaded yet. Choose them again and press “Upload chosen files” first";
    FILE_TOO_LARGE = "파일 하나는 {n} MB까지 올릴 수 있습니다", "A file can have up to {n} MB";
    FILE_EMPTY = "빈 파일입니다", "The file is empty";
    FILE_TOO_MANY = "글 하나에 파일을 {n}개까지 올릴 수 있습니다", "A post can have up to {n} files";
    FILE_POST_FULL = "글 하나의 파일은 모두 합쳐 {n} MB까지 올릴 수 있습니다", "The files of a post can have up to {n} MB together";
    FILE_MEMBER_FULL = "회원 한 사람이 올릴 수 있는 양(1 GB)을 다 썼습니다. 예전 글의 파일을 지우면 다시 올릴 수 있습니다", "You have used all the space of a member (1 GB). Remove files from older posts to upload again";
    FILE_SITE_FULL = "지금은 파일을 받을 자리가 없습니다. 운영자에게 알려 주세요", "There is no room for files right now. Please tell the staff";
    FILE_TOO_SLOW = "올리는 데 너무 오래 걸렸습니다. 다시 올려 주세요", "The upload took too long. Please try again";
    FILE_BUSY = "지금 파일을 올리는 사람이 많습니다. 잠시 뒤에 다시 올려 주세요", "Many people are uploading right now. Please try again in a moment";
    FILE_WAIT = "짧은 시간에 파일을 많이 올리셨습니다. 잠시 뒤에 다시 올려 주세요", "You uploaded many files in a short time. Please try again in a few minutes";
    FILE_PICTURE_BROKEN = "열 수 없는 사진입니다. JPEG나 PNG로 다시 저장해 올려 주세요", "This picture cannot be opened. Save it as JPEG or PNG and try again";
    FILE_PICTURE_LARGE = "사진의 가로세로가 너무 큽니다. 줄여서 올려 주세요", "This picture has too many pixels. Make it smaller and try again";
    FILE_PICTURE_LONG = "움직이는 사진은 5 MB, 300장면까지 올릴 수 있습니다", "A moving picture can have up to 5 MB and 300 frames";
}
