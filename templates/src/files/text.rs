//! Files below a post and in the editor, and why one was not taken.

crate::text::catalogue! {
    TITLE = "파일", "Files";
    COUNT_ONE = "첨부 파일 {n}개", "{n} file";
    COUNT_MANY = "첨부 파일 {n}개", "{n} files";
    PICTURES = "사진", "Pictures";
    CHOOSE = "파일 고르기", "Choose files";
    HINT = "한 번에 여러 개를 고를 수 있습니다. 글 하나에 20개, 파일 하나에 25 MB까지.", "You can choose several at once. Up to 20 files a post, 25 MB each.";
    HINT_DROP = "끌어다 놓거나 본문에 붙여 넣어도 됩니다.", "You can also drop files here or paste them into the text.";
    STOP = "취소", "Stop";
    STOP_OF = "올리기 취소: {name}", "Stop uploading: {name}";
    RETRY_OF = "다시 올리기: {name}", "Upload again: {name}";
    FAILED = "올리지 못했습니다. 쓰던 글은 그대로 있습니다.", "It was not uploaded. Your text is kept.";
    DONE = "올렸습니다: {name}", "Uploaded: {name}";
    UPLOADING = "아직 올라가는 파일이 있습니다. 다 올라간 뒤에 다시 눌러 주세요.", "Files are still being uploaded. Please press again when they are done.";
    PLACE = "본문에 넣기", "Put into the text";
    PLACE_OF = "본문에 넣기: {name}", "Put into the text: {name}";
    ALT_SAMPLE = "사진 설명", "description";
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
    FILE_ALT_REQUIRED = "사진 설명을 적어 주세요. 이 게시판의 사진에는 설명이 꼭 있어야 합니다", "Please describe this picture. Pictures on this board must have a description";
    FILE_WAIT = "짧은 시간에 파일을 많이 올리셨습니다. 잠시 뒤에 다시 올려 주세요", "You uploaded many files in a short time. Please try again in a few minutes";
    FILE_PICTURE_BROKEN = "열 수 없는 사진입니다. JPEG나 PNG로 다시 저장해 올려 주세요", "This picture cannot be opened. Save it as JPEG or PNG and try again";
    FILE_PICTURE_LARGE = "사진의 가로세로가 너무 큽니다. 줄여서 올려 주세요", "This picture has too many pixels. Make it smaller and try again";
    FILE_PICTURE_LONG = "움직이는 사진은 5 MB, 300장면까지 올릴 수 있습니다", "A moving picture can have up to 5 MB and 300 frames";
}
