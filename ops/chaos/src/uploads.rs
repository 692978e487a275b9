//! Files on their way through nginx while instances come and go and Redis is away: whatever was answered as taken is there, byte for
//! byte, and whatever was not is nowhere.

use crate::Timing;
use crate::client::{Answer, Client};
use crate::cluster::Cluster;
use crate::workload::Workload;
use anyhow::{Context, Result, ensure};
use std::time::Duration;
use tokio::time::sleep;

/// The largest that is taken.
const FILE: usize = 25 * 1024 * 1024;
/// Files of each of two drafts during the restarts: 200 MiB in all.
const FILES: usize = 4;
/// By how much the memory of an instance may rise while it takes files, in KiB: less than the two files that it takes, and more than
/// a sign-in needs beside them (19 MiB).
const RISE: u64 = 40 * 1024;
/// Two tries more than one: a kill may meet a form and what is sent in its place.
const TRIES: usize = 3;
/// More than finds a gap on a full disk.
const NO_SPACE_FOR: usize = 3 * 1024 * 1024;
const PATH: &str = "/community/free/files";
const TEXT: &str = "파일과 함께 쓴 글이에요.";
/// Contents that are there without all of their bytes.
const BROKEN: &str = "SELECT COUNT(*) FROM blobs b WHERE state = 'ready' AND \
    size <> (SELECT COALESCE(SUM(length(bytes)), 0) FROM blob_chunks c WHERE c.blob_id = b.id)";

/// A member's draft, and the files in it.
struct Sender {
    client: Client,
    /// The page of the editor that shows it; empty before there is one.
    editor: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Sender {
    fn new(client: Client) -> Self {
        Self { client, editor: String::new(), files: Vec::new() }
    }

    /// Sends one more file with the text. A form that broke is sent again, as a member would who presses the button again; returns how
    /// often that was.
    async fn send(&mut self, name: &str, seed: u64) -> Result<usize> {
        let content = noise(seed);
        let (title, draft) = (format!("파일 {name}"), self.draft().await?);
        let mut fields = vec![("title", title.as_str()), ("body", TEXT)];
        if let Some((draft, version)) = &draft {
            fields.extend([("draft", draft.as_str()), ("version", version.as_str())]);
        }
        for again in 0..TRIES {
            match self.client.upload(PATH, &fields, (name, &content)).await {
                Ok(Answer { status: 303, location, .. }) => {
                    self.editor = location;
                    self.files.push((name.to_owned(), content));
                    return Ok(again);
                }
                Ok(answer) => ensure!(matches!(answer.status, 502..=504), "{name}: {}: {:.300}", answer.status, answer.text),
                Err(_) => {}
            }
            sleep(Duration::from_secs(1)).await;
        }
        anyhow::bail!("{name} was not taken in {TRIES} tries")
    }

    /// The number and version of the draft, as the form of its editor sends them.
    async fn draft(&mut self) -> Result<Option<(String, String)>> {
        if self.editor.is_empty() {
            return Ok(None);
        }
        let page = self.client.get(&self.editor).await?.text;
        let value =
            |name: &str| number_after(&page, &format!("name=\"{name}\" value=\"")).with_context(|| format!("no {name} in the form"));
        Ok(Some((value("draft")?, value("version")?)))
    }

    /// Whether the draft has the text, and each file once and as it was sent.
    async fn check(&mut self) -> Result<()> {
        let page = self.client.get(&self.editor).await?;
        ensure!(page.status == 200 && page.text.contains(TEXT), "the draft has lost its text ({})", page.status);
        for (name, content) in &self.files {
            let mut links = page.text.match_indices("href=\"/files/").map(|(at, _)| &page.text[at + 6..]);
            let of_name = |rest: &&str| rest.split('"').next().is_some_and(|link| link.ends_with(&format!("/{name}")));
            let link = links.find(of_name).and_then(|rest| rest.split('"').next()).with_context(|| format!("{name} is gone"))?;
            ensure!(self.client.get_bytes(link).await? == *content, "{name} is not what was sent");
        }
        let listed = page.text.matches("name=\"remove\"").count();
        ensure!(listed == self.files.len(), "{listed} files in a draft to which {} were sent", self.files.len());
        Ok(())
    }
}

/// Sends four files at once, and returns by how much the memory of an instance rose meanwhile at most, in KiB. Two of them meet at one of
/// three instances at least.
async fn memory_of_files(cluster: &Cluster, client: &Client) -> Result<u64> {
    let processes: Vec<u32> = cluster.instances()?.iter().map(|(name, _)| cluster.pid(name)).collect::<Result<_>>()?;
    let before: Vec<u64> = processes.iter().map(|pid| memory(*pid, "VmRSS:")).collect::<Result<_>>()?;
    for pid in &processes {
        // From now on the highest is counted anew (proc(5), clear_refs).
        std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?;
    }
    let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| Sender::new(client.clone()));
    tokio::try_join!(a.send("a.bin", 601), b.send("b.bin", 602), c.send("c.bin", 603), d.send("d.bin", 604))?;
    let rises = processes.iter().zip(before).map(|(pid, before)| Ok(memory(*pid, "VmHWM:")?.saturating_sub(before)));
    Ok(rises.collect::<Result<Vec<u64>>>()?.into_iter().max().unwrap_or_default())
}

/// A line of a process' state, in KiB.
fn memory(pid: u32, line: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let found = status.lines().find_map(|status| status.strip_prefix(line)).context("no such line")?;
    Ok(found.trim().trim_end_matches(" kB").parse()?)
}

/// Sends 200 MiB while every instance is replaced, one file while an instance is killed, and one while Redis is away.
pub async fn keep_files(cluster: &Cluster, workload: &Workload, timing: Timing) -> Result<String> {
    // One member in two windows: another drill signs the others out.
    let (mut ada, mut ben) = (Sender::new(workload.idle_client(2)), Sender::new(workload.idle_client(2)));
    let rise = memory_of_files(cluster, &ben.client).await?;
    ensure!(rise < RISE, "an instance took {rise} KiB more memory while four files of 25 MiB were sent");
    let all = async |sender: &mut Sender, seed: u64| -> Result<usize> {
        let mut again = 0;
        for n in 0..FILES {
            again += sender.send(&format!("{seed}-{n}.bin"), seed * 100 + n as u64).await?;
        }
        Ok(again)
    };
    let (first, second, rolled) = tokio::join!(all(&mut ada, 1), all(&mut ben, 2), cluster.run(&["roll"]));
    rolled?;
    let again = first? + second?;
    ensure!(again == 0, "{again} files had to be sent again during a roll");
    ada.check().await?;
    ben.check().await?;

    let (mut ada, mut ben) = (Sender::new(ada.client), Sender::new(ben.client));
    let kills = async {
        for name in ["0", "1", "2"] {
            sleep(timing.outage / 4).await;
            cluster.run(&["kill", name]).await?;
        }
        anyhow::Ok(())
    };
    let (first, second, killed) = tokio::join!(ada.send("killed-1.bin", 301), ben.send("killed-2.bin", 302), kills);
    killed?;
    let again = first? + second?;
    ada.check().await?;
    ben.check().await?;

    cluster.signal("redis", "STOP").await?;
    let sent = ada.send("without-redis.bin", 401).await;
    cluster.signal("redis", "CONT").await?;
    sent?;
    ada.check().await?;
    check_whole(cluster).await?;
    Ok(format!(
        "15 files of 25 MiB, each there as it was sent; {again} sent again because their instance was killed; memory +{} MiB",
        rise / 1024
    ))
}

/// Sends a file where there is no space for it. The answer has to say that it was not taken.
pub async fn refuse_without_space(client: &mut Client) -> Result<()> {
    let content = noise(501);
    let sent = client.upload(PATH, &[("title", "자리가 없는 글"), ("body", TEXT)], ("full.bin", &content[..NO_SPACE_FOR])).await;
    let Ok(answer) = sent else { return Ok(()) };
    ensure!(matches!(answer.status, 500..=599), "there was space for a file: {}", answer.status);
    Ok(())
}

/// Whether each content that can be read has all of its bytes.
pub async fn check_whole(cluster: &Cluster) -> Result<()> {
    let broken = cluster.sql(BROKEN).await?;
    ensure!(broken.trim() == "0", "{} contents without all of their bytes", broken.trim());
    Ok(())
}

/// Bytes that differ from place to place and from seed to seed (xorshift).
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..FILE / 8).flat_map(next).collect()
}

/// The digits after some words.
fn number_after(text: &str, words: &str) -> Option<String> {
    let digits: String = text.split_once(words)?.1.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}
