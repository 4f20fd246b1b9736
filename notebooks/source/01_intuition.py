# %% [markdown] key="title" lang="en"
# # 1 · Intuition: destroying and restoring
#
# A **diffusion model** learns from a collection of pictures and then draws new ones that could have belonged to it.
# It does so in a roundabout way: pictures are dissolved into noise, little by little, and a neural network practises
# undoing the damage. Given pure noise and enough steps, it "undoes" its way to a picture that never existed.
#
# In this chapter we watch that happen, both ways, on real digits with a really trained network. There is little algebra:
# one line of it, used until it feels obvious. You need about 45 minutes, no GPU and no network connection.
#
# Keep paper and pencil at hand. Each section asks you for a guess *before* it shows the answer, and a guess counts only once it is written down.

# %% [markdown] key="title" lang="id" ref="89c8e1d4"
# # 1 · Intuisi: merusak dan memulihkan
#
# **Model difusi** belajar dari sekumpulan gambar, lalu membuat gambar baru yang pantas menjadi bagian dari kumpulan itu.
# Jalannya memutar: gambar kita larutkan sedikit demi sedikit ke dalam noise (derau), dan sebuah jaringan saraf berlatih membatalkan kerusakannya.
# Kalau ia diberi noise murni dan cukup banyak langkah, yang ia "pulihkan" adalah gambar yang tidak pernah ada.
#
# Di bab ini kita menyaksikannya pergi dan pulang, pada angka sungguhan, dengan jaringan yang benar-benar sudah dilatih. Aljabarnya sedikit:
# satu baris saja, yang kita pakai sampai terasa wajar. Sediakan waktu sekitar 45 menit; GPU dan internet tidak diperlukan.
#
# Siapkan kertas dan pensil. Setiap bagian meminta tebakan *sebelum* jawabannya tampak, dan tebakan baru dihitung kalau sudah tertulis.

# %% key="imports"
import torch

from course_lib import data, frames, schedules
from course_lib.widgets import player

schedule = schedules.linear()
generator = torch.Generator().manual_seed(0)
x_0, y = data.one_of_each("test")
eps = torch.randn(x_0.shape, generator=generator)
print("x_0", tuple(x_0.shape), f"min {x_0.min():.0f}  max {x_0.max():.0f}")

# %% [markdown] key="first-slide" lang="en"
# ## Watch one dissolve
#
# Ten handwritten digits, 28 by 28 pixels, with $-1$ for black and $+1$ for white. We take the 7.
#
# **Your guess first.** The slider below runs from $t = 0$ (the clean digit) to $t = 1000$ (noise). At which $t$ will *you* no longer be able to tell that it is a 7? Write the number down.
#
# Then move the slider: with the mouse, or click it and use the arrow keys, `Home`, `End` and the space bar.

# %% [markdown] key="first-slide" lang="id" ref="06eb190a"
# ## Saksikan satu angka larut
#
# Sepuluh angka tulisan tangan, 28 kali 28 piksel, dengan $-1$ untuk hitam dan $+1$ untuk putih. Kita ambil angka 7.
#
# **Tebak dulu.** Penggeser di bawah berjalan dari $t = 0$ (angka yang bersih) sampai $t = 1000$ (noise). Pada $t$ berapa *kamu* tidak lagi bisa mengenali bahwa itu angka 7? Tulis jawabanmu.
#
# Sesudah itu geser penggesernya: dengan tetikus, atau klik dulu lalu pakai tombol panah, `Home`, `End`, dan bilah spasi.

# %% key="dissolve"
film = frames.forward_film(x_0[7], eps[7], schedule)
player(film.tracks, times=film.times, alt=lang.text("alt.intuition.dissolve"))

# %% [markdown] key="analogy" lang="en"
# Go to the place where you lose it, then back and forth by ten steps: there is no last moment at which the 7 is there.
# Note your $t$ beside your guess. In a few minutes a machine will take the same test, and it will hold on longer than you might expect.
#
# Nothing clever happened so far. Every one of these 1001 frames is a sum of two things: some of the picture, and some noise.
#
# ## The painting and the ink
#
# Imagine a clear painting; that is our data, $x_0$. Someone lets ink fall on it, drop by drop. Each drop makes it a little more blurred, a little more random.
# After hundreds of drops the painting is gone, and what is left is a blot: **pure noise**, $x_T$.
#
# To ruin a painting like this takes no intelligence at all. Now the other way: lift the drops off again, one at a time, until there is a painting.
# That is hard. One would have to see where each drop lies, and take it away without harming what is underneath.
# A diffusion model is trained to be that expert cleaner.
#
# **Commit:** suppose the cleaner is perfect and starts from a pure blot. What appears? (a) the painting that was ruined; (b) some painting, not necessarily that one; (c) a blurred mixture of all paintings.
#
# <details><summary>Answer</summary>
#
# (b). A pure blot holds no trace of which painting it was, so no cleaner can bring *that* one back. We shall see it happen below, and we shall also meet (c), along the way.
#
# </details>
#
# The analogy is good for a first look and wrong in the details. This is where it breaks:
#
# | ink on a painting | what the mathematics does |
# | --- | --- |
# | a drop lands in one place | at every step, every pixel gets its own Gaussian noise |
# | ink flows into its neighbourhood | no pixel knows its neighbours |
# | ink only piles up | the picture is turned *down* while the noise is turned up |
# | a drop stays a separate thing that one could lift off | the noises add up to one single Gaussian; the separate drops cannot be told apart any more |
# | the cleaner restores the original | the sampler draws *a* picture, one that the training pictures make plausible |
#
# Each line of the right-hand column is something we can run. Let us do that.

# %% [markdown] key="analogy" lang="id" ref="a1952930"
# Pergilah ke tempat angkanya hilang dari pandanganmu, lalu mundur dan maju sepuluh langkah: tidak ada satu saat pun yang bisa ditunjuk sebagai saat terakhir angka 7 itu masih ada.
# Catat $t$ yang kamu temukan di samping tebakanmu. Sebentar lagi sebuah mesin menempuh ujian yang sama, dan ia bertahan lebih lama daripada yang kita kira.
#
# Sejauh ini belum ada yang istimewa. Semua 1001 bingkai tadi tidak lain adalah jumlah dua hal: sebagian gambar dan sebagian noise.
#
# ## Lukisan dan tinta
#
# Bayangkan sebuah lukisan yang jernih; itulah data kita, $x_0$. Lalu tinta menetes ke atasnya, setetes demi setetes. Setiap tetes membuatnya sedikit lebih kabur, sedikit lebih acak.
# Setelah ratusan tetes lukisannya lenyap, dan yang tertinggal hanyalah noda: **noise murni**, $x_T$.
#
# Untuk merusak lukisan dengan cara ini tidak perlu kecerdasan sama sekali. Sekarang sebaliknya: angkat lagi tetes demi tetes sampai ada lukisan.
# Ini sulit. Kita harus melihat di mana setiap tetes berada, lalu mengangkatnya tanpa merusak apa yang ada di bawahnya.
# Untuk menjadi pembersih seulung itulah model difusi dilatih.
#
# **Putuskan dulu:** andaikan pembersih itu sempurna dan ia mulai dari noda murni. Apa yang muncul? (a) lukisan yang tadi dirusak; (b) sebuah lukisan, tetapi belum tentu yang tadi; (c) campuran kabur dari semua lukisan.
#
# <details><summary>Jawaban</summary>
#
# (b). Noda murni tidak menyimpan jejak lukisan asalnya, jadi tidak ada pembersih yang sanggup mengembalikan lukisan *yang itu*. Nanti kita lihat sendiri buktinya, dan di tengah jalan kita juga akan berjumpa dengan (c).
#
# </details>
#
# Analogi ini bagus untuk perkenalan, tetapi keliru dalam rinciannya. Di sinilah ia tidak cocok lagi:
#
# | tinta pada lukisan | yang dilakukan matematikanya |
# | --- | --- |
# | setetes tinta jatuh di satu tempat | pada setiap langkah, setiap piksel mendapat noise Gaussian-nya sendiri |
# | tinta merembes ke sekitarnya | tidak ada piksel yang mengenal tetangganya |
# | tinta hanya menumpuk | gambar *diredupkan* sementara noise dikuatkan |
# | setiap tetes tetap terpisah dan bisa diangkat kembali | semua noise menyatu menjadi satu Gaussian; tetes-tetesnya tidak dapat dibedakan lagi |
# | pembersih memulihkan lukisan asli | sampler membuat *sebuah* gambar, yang masuk akal menurut gambar-gambar pelatihan |
#
# Setiap baris di kolom kanan dapat kita jalankan sendiri. Mari kita mulai.

# %% [markdown] key="mix-task" lang="en"
# ## One line of arithmetic
#
# Choose a **share** between 0 and 1: how much of the result shall be picture. The rest shall be noise, `eps`: for every pixel a number from the standard Gaussian (mean 0, standard deviation 1). Then
#
# $$x_t = \sqrt{\mathrm{share}}\; x_0 + \sqrt{1 - \mathrm{share}}\;\epsilon$$
#
# **Commit:** why the square roots? Suppose picture and noise both have standard deviation 1 and `share` is $0.5$. *Without* the square roots, what is the standard deviation of the mixture: about 1, about $0.7$, or about $0.5$?
#
# **Exercise 1.** Write `mix(x_0, eps, share)`, which returns the formula above. `x_0` and `eps` are tensors of the same shape, `share` is a float from 0 to 1. Use the `eps` you are given; draw nothing.

# %% [markdown] key="mix-task" lang="id" ref="b835a20f"
# ## Satu baris hitungan
#
# Pilih **bagian** (*share*) antara 0 dan 1: seberapa banyak gambar yang terkandung dalam hasilnya. Selebihnya adalah noise, `eps`: untuk setiap piksel satu bilangan dari Gaussian baku (rata-rata 0, simpangan baku 1). Campurannya:
#
# $$x_t = \sqrt{\mathrm{share}}\; x_0 + \sqrt{1 - \mathrm{share}}\;\epsilon$$
#
# **Putuskan dulu:** mengapa ada akar kuadrat? Andaikan gambar dan noise sama-sama bersimpangan baku 1 dan `share` bernilai $0.5$. *Tanpa* akar kuadrat, berapa simpangan baku campurannya: kira-kira 1, kira-kira $0.7$, atau kira-kira $0.5$?
#
# **Latihan 1.** Tulis `mix(x_0, eps, share)` yang mengembalikan hasil rumus di atas. `x_0` dan `eps` adalah tensor dengan bentuk yang sama, `share` sebuah float dari 0 sampai 1. Pakai `eps` yang diberikan; jangan mengambil noise sendiri.

# %% key="ex-mix" exercise="intuition.mix"
from course_lib.exercises import check, solution


def mix(x_0, eps, share):
    ### BEGIN SOLUTION
    return share**0.5 * x_0 + (1 - share) ** 0.5 * eps
    ### END SOLUTION


# %% key="check-mix" check="intuition.mix"
check("intuition.mix", mix)

# %% [markdown] key="mix-after" lang="en"
# If it says "not attempted", that is fine: everything below uses the course's own functions, so you may come back whenever you like. `solution("intuition.mix")` in a new cell shows ours.
#
# Now the question about the square roots, with 100000 pairs of numbers that both have standard deviation 1:

# %% [markdown] key="mix-after" lang="id" ref="f7a53709"
# Kalau tertulis "Belum dikerjakan", tidak apa-apa: semua yang di bawah memakai fungsi milik kursus ini, jadi kamu boleh kembali ke sini kapan saja. Dengan `solution("intuition.mix")` di sel baru, versi kami ditampilkan.
#
# Sekarang kita jawab pertanyaan tentang akar tadi, dengan 100000 pasang bilangan yang keduanya bersimpangan baku 1:

# %% key="square-roots"
a = torch.randn(100_000, generator=generator)
b = torch.randn(100_000, generator=generator)
share = 0.5
without = share * a + (1 - share) * b
rooted = share**0.5 * a + (1 - share) ** 0.5 * b
print("std", tuple(rooted.shape), f"{without.std():.3f}  {rooted.std():.3f}")

# %% [markdown] key="square-roots-after" lang="en"
# About $0.7$ without the roots, and 1 with them. It is **variances** that add up for independent numbers, not standard deviations: $0.5^2 + 0.5^2 = 0.5$, and the root of that is $0.707$.
# With the roots the variances are `share` and `1 - share`, and they always add up to 1. So the picture can fade without the whole thing going dim: the network that comes later sees numbers of much the same size at every $t$. (Our digits themselves have a standard deviation of about 0.6; chapter 2 looks closer.)
#
# In the books the share has a name, $\bar\alpha_t$ (`alpha_bar`), and a table, the *noise schedule*, says how large it is at each $t$. The course's function for the mixture is `forward.q_sample` (Ho et al. 2020, equation 4). Is it the same line?

# %% [markdown] key="square-roots-after" lang="id" ref="abf9b5d9"
# Kira-kira $0.7$ tanpa akar, dan 1 dengan akar. Untuk bilangan-bilangan yang saling bebas, yang dijumlahkan adalah **varians**, bukan simpangan baku: $0.5^2 + 0.5^2 = 0.5$, dan akarnya $0.707$.
# Dengan akar, variansnya menjadi `share` dan `1 - share`, yang jumlahnya selalu 1. Jadi gambar bisa memudar tanpa membuat keseluruhannya redup: jaringan yang datang belakangan melihat bilangan yang besarnya kurang lebih sama pada setiap $t$. (Angka-angka kita sendiri bersimpangan baku sekitar 0.6; Bab 2 menelitinya lebih dekat.)
#
# Dalam buku-buku, bagian itu bernama $\bar\alpha_t$ (`alpha_bar`), dan sebuah tabel, *jadwal noise*, menentukan besarnya pada setiap $t$. Di kursus ini campurannya dihitung oleh fungsi `forward.q_sample` (Ho et al. 2020, persamaan 4). Apakah barisnya sama?

# %% key="q-sample"
from course_lib import forward

t = 300
alpha_bar_t = schedule.alpha_bar[t].item()
by_hand = alpha_bar_t**0.5 * x_0 + (1 - alpha_bar_t) ** 0.5 * eps
x_t = forward.q_sample(x_0, t, eps, schedule)
error = (by_hand - x_t).abs().max().item()
assert error < 1e-6
print("x_t", tuple(x_t.shape), f"alpha_bar_t {alpha_bar_t:.3f}  error {error:.0e}")

# %% [markdown] key="who-reads" lang="en"
# ## When is it really gone?
#
# You have your own number from the slider. Here is a very simple rival: it owns 6000 digits with their labels, fades each of them by the same factor $\sqrt{\bar\alpha_t}$, and answers with the label of the one that lies nearest to $x_t$, pixel by pixel. It takes 200 new digits.
#
# **Commit:** at $t = 400$ the picture has only 44% of its amplitude left. Of how many of the 200 will the rival still get the label right: about 10% (guessing), about 50%, or about 80%?

# %% [markdown] key="who-reads" lang="id" ref="6a29930a"
# ## Kapan gambarnya benar-benar hilang?
#
# Kamu sudah mencatat hasilmu sendiri dari penggeser tadi. Sekarang inilah lawanmu, yang sederhana sekali: ia memiliki 6000 angka beserta labelnya, meredupkan masing-masing dengan faktor yang sama $\sqrt{\bar\alpha_t}$, lalu menjawab dengan label dari angka yang letaknya paling dekat dengan $x_t$, piksel demi piksel. Ia diuji dengan 200 angka baru.
#
# **Putuskan dulu:** pada $t = 400$ amplitudo gambar tinggal 44%. Dari 200 angka itu, berapa yang labelnya masih dijawab dengan benar: sekitar 10% (asal tebak), sekitar 50%, atau sekitar 80%?

# %% key="who-reads-run"
train_x, train_y = data.digits("train")
test_x, test_y = data.digits("test")
asked, known = test_x[:200], train_x[:6000].flatten(1)
noise = torch.randn(asked.shape, generator=generator)
for t in (0, 200, 400, 500, 600, 800, 1000):
    fade = schedule.alpha_bar[t].item() ** 0.5
    x_t = forward.q_sample(asked, t, noise, schedule)
    nearest = torch.cdist(x_t.flatten(1), fade * known).argmin(1)
    right = (train_y[nearest] == test_y[:200]).double().mean()
    print(f"t {t:4d}  fade {fade:.3f}  right {right:.0%}")

# %% [markdown] key="who-reads-after" lang="en"
# 77%. Even at $t = 500$, with 28% of the amplitude left, it still gets 56% right. Compare with the $t$ that you noted.
#
# The surprise is how long it holds on. Our eyes look at one place at a time; 784 pixels that each whisper a little, added up, still speak clearly.
# And the end is honest too: at $t = 1000$ the rival scores what guessing scores. The picture is not hidden there. It is gone.

# %% [markdown] key="who-reads-after" lang="id" ref="c5a6760e"
# 77%. Bahkan pada $t = 500$, dengan amplitudo yang tinggal 28%, ia masih benar 56%. Bandingkan dengan $t$ yang kamu catat.
#
# Yang mengejutkan ialah betapa lamanya ia bertahan. Mata kita memandang satu tempat demi satu tempat; 784 piksel yang masing-masing hanya berbisik, bila dijumlahkan, tetap berbicara dengan jelas.
# Ujungnya pun jujur: pada $t = 1000$ nilai lawan kita sama dengan nilai asal tebak. Di sana gambarnya bukan tersembunyi. Gambarnya sudah tidak ada.

# %% [markdown] key="cloth" lang="en"
# ## In colour
#
# Nothing in that line of arithmetic asks what the numbers mean. Here is a picture that this course draws by itself: a cloth with the Javanese *kawung* motif, the split fruit of the sugar palm, around the Korean word 확산 (*hwaksan*), with *difusi*, its Indonesian twin, below.

# %% [markdown] key="cloth" lang="id" ref="8b4aadc8"
# ## Berwarna
#
# Baris hitungan tadi tidak pernah bertanya apa arti bilangan-bilangannya. Ini sebuah gambar yang dibuat sendiri oleh kode kursus ini: kain Jawa bermotif *kawung*, yaitu buah aren yang dibelah, mengelilingi kata Korea 확산 (*hwaksan*), yang dalam bahasa kita berarti *difusi* dan dalam bahasa Inggris *diffusion*.

# %% key="cloth-run"
from course_lib import figures, pictures

cloth = pictures.difusi(128)
cloth_eps = torch.randn(cloth.shape, generator=generator)
shown = [0, 100, 200, 400, 600, 1000]
row = torch.cat([forward.q_sample(cloth, t, cloth_eps, schedule) for t in shown])
print("row", tuple(row.shape), f"min {row.min():.1f}  max {row.max():.1f}")
figures.show(figures.strip(row, [rf"$x_{{{t}}}$" for t in shown], size=2), "alt.intuition.cloth")

# %% [markdown] key="cloth-slide" lang="en"
# Three numbers for each pixel, red, green and blue, and each gets a noise of its own: that is why the dissolving cloth sparkles in colours that were never in it.
# (A screen must cut off what lies outside $[-1, 1]$. The tensor itself keeps those values.)
#
# **Commit:** which will stay readable longer, the fine petals of the motif or the large letters? Then slide.

# %% [markdown] key="cloth-slide" lang="id" ref="90a73991"
# Setiap piksel terdiri atas tiga bilangan, merah, hijau, dan biru, dan masing-masing mendapat noise sendiri: itu sebabnya kain yang sedang larut berkelap-kelip dengan warna-warna yang tidak pernah ada padanya.
# (Layar terpaksa memotong nilai yang berada di luar $[-1, 1]$. Tensornya sendiri tetap menyimpan nilai-nilai itu.)
#
# **Putuskan dulu:** mana yang lebih lama terbaca, kelopak-kelopak halus pada motifnya atau huruf-huruf yang besar? Baru sesudah itu geser.

# %% key="cloth-film"
every = range(0, 1001, 20)
cloth_film = torch.cat([forward.q_sample(cloth, t, cloth_eps, schedule) for t in every])
player({"x_t": frames.to_uint8(cloth_film)}, times=every, alt=lang.text("alt.intuition.cloth_film"))

# %% [markdown] key="blind" lang="en"
# The letters win: noise drowns small things first, because a large shape is many pixels that agree.
#
# But that lies in *our looking*, not in the noise. The noise itself is blind. Test: shuffle the pixels of all ten digits by one fixed order, add noise, and compare with adding noise first and shuffling afterwards.

# %% [markdown] key="blind" lang="id" ref="2ffc6b4b"
# Hurufnya yang menang: noise lebih dulu menenggelamkan yang kecil, karena bentuk yang besar terdiri atas banyak piksel yang seia sekata.
#
# Namun, sebabnya ada pada *cara kita melihat*, bukan pada noise. Noise itu sendiri buta. Mari kita uji: acak letak piksel kesepuluh angka dengan satu urutan yang tetap lalu tambahkan noise, dan bandingkan dengan menambahkan noise dulu, baru mengacak.

# %% key="blind-run"
order = torch.randperm(784, generator=generator)


def shuffle(images):
    return images.flatten(1)[:, order].view_as(images)


first = forward.q_sample(shuffle(x_0), 300, shuffle(eps), schedule)
last = shuffle(forward.q_sample(x_0, 300, eps, schedule))
print("x_t", tuple(first.shape), "max", (first - last).abs().max().item())

# %% [markdown] key="blind-after" lang="en"
# Not nearly equal: equal. The forward process treats a digit and a heap of shuffled pixels exactly alike, and ink does not do that.
# (A model can be built on real spreading, too: Rissanen et al. 2023 use heat, Bansal et al. 2022 blur and other damage. It is a different model.)
#
# So why is it called *diffusion*? Sohl-Dickstein et al. 2015 took the idea from physics. What spreads is not the ink across the paper. A picture of 784 pixels is one **point** in a space of 784 dimensions; the noise makes that point wander at random, and so the cloud of all pictures spreads, until it is a featureless ball.

# %% [markdown] key="blind-after" lang="id" ref="12d999fa"
# Bukan hampir sama, melainkan persis sama. Proses maju memperlakukan sebuah angka dan setumpuk piksel acak tanpa beda sedikit pun, dan tinta tidak begitu.
# (Model yang dibangun di atas penyebaran sungguhan pun bisa dibuat: Rissanen et al. 2023 memakai panas, Bansal et al. 2022 memakai pengaburan dan kerusakan lain. Itu model yang berbeda.)
#
# Lalu mengapa namanya *difusi*? Sohl-Dickstein et al. 2015 mengambil gagasannya dari fisika. Yang menyebar bukan tinta di atas kertas. Sebuah gambar dengan 784 piksel adalah satu **titik** di ruang berdimensi 784; noise membuat titik itu mengembara secara acak, sehingga awan yang terbentuk dari semua gambar ikut menyebar, sampai menjadi bola yang tidak berciri apa-apa.

# %% [markdown] key="two-processes" lang="en"
# ## Two processes
#
# |  | forward process, $q$ | reverse process, $p_\theta$ |
# | --- | --- | --- |
# | direction | $x_0 \to x_T$ | $x_T \to x_0$ |
# | what a step does | adds a little Gaussian noise | takes a little noise away |
# | who decides how | we do; it is a fixed formula | a neural network with weights $\theta$ |
# | is anything learned? | no | yes, from examples |
# | how hard | one line of code | the rest of this course |
#
# ```text
# q         x_0 --> x_1 --> x_2 --> ... --> x_{T-1} --> x_T
# p_theta   x_0 <-- x_1 <-- x_2 <-- ... <-- x_{T-1} <-- x_T
# ```
#
# That is the whole plan: a random process that is fully known, and a network that approximates its reversal. Destroying pictures is easy. **Whoever learns to restore them has learned what pictures look like**, and that is what makes a generative model.

# %% [markdown] key="two-processes" lang="id" ref="830965a2"
# ## Dua proses
#
# |  | proses maju, $q$ | proses mundur, $p_\theta$ |
# | --- | --- | --- |
# | arah | $x_0 \to x_T$ | $x_T \to x_0$ |
# | kerja satu langkah | menambahkan sedikit noise Gaussian | mengambil sedikit noise |
# | siapa yang menentukan caranya | kita; rumusnya tetap | jaringan saraf dengan bobot $\theta$ |
# | apakah ada yang dipelajari? | tidak | ya, dari contoh |
# | seberapa sulit | satu baris kode | seluruh sisa kursus ini |
#
# ```text
# q         x_0 --> x_1 --> x_2 --> ... --> x_{T-1} --> x_T
# p_theta   x_0 <-- x_1 <-- x_2 <-- ... <-- x_{T-1} <-- x_T
# ```
#
# Itulah seluruh rencananya: sebuah proses acak yang kita ketahui sepenuhnya, dan sebuah jaringan yang menghampiri pembalikannya. Merusak gambar itu mudah. **Siapa yang belajar memulihkan gambar telah belajar seperti apa rupa gambar**, dan dari situlah lahir model generatif.

# %% [markdown] key="recover-task" lang="en"
# ## What exactly is hard?
#
# Suppose a friend tells you the noise: not roughly, but every number in `eps`. Then $x_t = \sqrt{\mathrm{share}}\,x_0 + \sqrt{1-\mathrm{share}}\,\epsilon$ has one unknown, $x_0$.
#
# **Exercise 2.** Write `recover(x_t, eps, share)`, which returns the picture $x_0$ when the noise is known; `share` is a float, $0 < \mathrm{share} \le 1$.
#
# **Commit:** at $t = 1000$ only 0.6% of the picture's amplitude is left, and your eye sees nothing but noise. With the noise known, how good is the recovered picture: useless, blurred, or perfect?

# %% [markdown] key="recover-task" lang="id" ref="86b60f45"
# ## Apa persisnya yang sulit?
#
# Andaikan seorang teman memberitahukan noise-nya: bukan kira-kira, melainkan setiap bilangan dalam `eps`. Kalau begitu, $x_t = \sqrt{\mathrm{share}}\,x_0 + \sqrt{1-\mathrm{share}}\,\epsilon$ hanya memuat satu besaran yang belum diketahui, yaitu $x_0$.
#
# **Latihan 2.** Tulis `recover(x_t, eps, share)` yang mengembalikan gambar $x_0$ bila noise-nya diketahui; `share` sebuah float, $0 < \mathrm{share} \le 1$.
#
# **Putuskan dulu:** pada $t = 1000$ amplitudo gambar tinggal 0.6%, dan mata kita tidak melihat apa-apa selain noise. Jika noise-nya diketahui, sebaik apa gambar yang dipulihkan: tidak berguna, kabur, atau sempurna?

# %% key="ex-recover" exercise="intuition.recover"
def recover(x_t, eps, share):
    ### BEGIN SOLUTION
    return (x_t - (1 - share) ** 0.5 * eps) / share**0.5
    ### END SOLUTION


# %% key="check-recover" check="intuition.recover"
check("intuition.recover", recover)

# %% key="recover-run"
for t in (100, 500, 1000):
    share = schedule.alpha_bar[t].item()
    x_t = forward.q_sample(x_0, t, eps, schedule)
    known = (x_t - (1 - share) ** 0.5 * eps) / share**0.5
    assert (known - forward.predict_x_0(x_t, t, eps, schedule)).abs().max() < 1e-4
    guessed = forward.predict_x_0(x_t, t, 0.99 * eps, schedule)
    exact, close = ((x - x_0).abs().mean().item() for x in (known, guessed))
    print(f"t {t:4d}  eps {exact:.0e}  0.99 eps {close:.3f}")

# %% [markdown] key="recover-after" lang="en"
# Perfect, up to the computer's rounding. (The line is equation 15 of Ho et al. 2020, and the course's function for it is `forward.predict_x_0`.) Knowing the noise and knowing the picture is the same thing.
#
# Now look at the last column: a guess of the noise that is just 1% too small. At $t = 100$ that does little harm; at $t = 1000$ the pixels of the answer are off by 1.256 on average, and the whole way from black to white is just 2. The guess gets divided by $\sqrt{\bar\alpha_t}$, and any mistake in it with it. That is why nobody jumps from $x_{1000}$ to $x_0$ in one go, and why the reverse process takes many small steps.
#
# So the one thing that has to be learned is this: **look at $x_t$ and say which noise is in it.** The network's answer is called $\hat\epsilon$ (`eps_hat`). Nobody can know $\epsilon$ from $x_t$ alone; but whoever knows how digits look can make a good guess, because whatever does not look like a digit is probably noise. To predict the noise, a network has to learn edges, strokes and shapes, though nobody ever mentions them.

# %% [markdown] key="recover-after" lang="id" ref="4ae19be7"
# Sempurna, selain pembulatan komputer. (Baris itu adalah persamaan 15 dari Ho et al. 2020, dan fungsi kursus ini untuknya ialah `forward.predict_x_0`.) Mengetahui noise sama saja dengan mengetahui gambar.
#
# Sekarang lihat kolom terakhir: tebakan noise yang hanya 1% terlalu kecil. Pada $t = 100$ akibatnya hampir tidak terasa; pada $t = 1000$ piksel jawabannya rata-rata meleset 1.256, padahal jarak dari hitam sampai putih hanya 2. Tebakan itu dibagi dengan $\sqrt{\bar\alpha_t}$, dan setiap kekeliruan di dalamnya ikut terbagi. Itu sebabnya tidak ada yang melompat dari $x_{1000}$ ke $x_0$ sekaligus, dan proses mundur mengambil banyak langkah kecil.
#
# Jadi, hanya satu hal yang harus dipelajari: **pandanglah $x_t$ dan katakan noise mana yang ada di dalamnya.** Jawaban jaringan disebut $\hat\epsilon$ (`eps_hat`). Tidak ada yang bisa mengetahui $\epsilon$ dari $x_t$ saja; tetapi siapa yang tahu rupa angka bisa menebaknya dengan baik, karena yang tidak mirip angka kemungkinan besar noise. Untuk menebak noise, jaringan mau tidak mau belajar tentang tepi, goresan, dan bentuk, meskipun tidak ada yang pernah menyebutkannya.

# %% [markdown] key="counting" lang="en"
# ## What there is to learn
#
# Our pictures have 784 pixels with 256 grey levels each. **Commit:** how many different pictures is that? The number of atoms in the visible universe has about 80 zeros. Has this one more, or fewer? By how much?

# %% [markdown] key="counting" lang="id" ref="36fbf926"
# ## Apa yang perlu dipelajari
#
# Gambar kita terdiri atas 784 piksel, masing-masing dengan 256 tingkat keabuan. **Putuskan dulu:** berapa banyak gambar berbeda yang mungkin ada? Banyaknya atom di alam semesta teramati kira-kira bilangan dengan 80 nol. Apakah yang ini lebih banyak atau lebih sedikit? Seberapa jauh bedanya?

# %% key="counting-run"
count = 256**784
print("zeros", len(str(count)) - 1, "train_x", len(train_x))
random = torch.randint(256, (8, 1, 28, 28), generator=generator, dtype=torch.uint8)
rows = [data.to_unit(random), train_x[:8]]
figures.show(figures.grid(rows, row_titles=["$u$", "$x_0$"]), "alt.intuition.counting")

# %% [markdown] key="counting-after" lang="en"
# A one with 1888 zeros, and next to all of them look like the upper row: pictures drawn pixel by pixel at random. The digits are a speck in that space, and we hold 18000 examples of it.
#
# "Learning the data distribution" means knowing from these examples where the speck is, well enough to find *other* points of it. It does not mean storing the examples. And note how large the task is: a method that tries pictures at random until one looks like a digit never ends. A diffusion model walks there instead, and at every step the network says in which direction "more like a digit" lies.
#
# People sometimes say that such models create "out of nothing". They create out of noise **and** out of every picture that they were trained on.

# %% [markdown] key="counting-after" lang="id" ref="f5e871c0"
# Angka satu yang diikuti 1888 nol, dan hampir semuanya tampak seperti baris atas: gambar yang setiap pikselnya diundi acak. Angka tulisan tangan hanyalah setitik debu di ruang itu, dan dari titik itu kita memegang 18000 contoh.
#
# "Mempelajari distribusi data" berarti tahu dari contoh-contoh itu di mana letak titik debunya, cukup baik untuk menemukan tempat-tempat *lain* di dalamnya. Artinya bukan menyimpan contoh. Perhatikan pula betapa besar tugasnya: cara yang mencoba gambar acak satu demi satu sampai ada yang mirip angka tidak akan pernah selesai. Model difusi berjalan ke sana, dan pada setiap langkah jaringan memberi tahu ke arah mana letak "lebih mirip angka".
#
# Kadang orang berkata bahwa model seperti ini mencipta "dari ketiadaan". Sebenarnya ia mencipta dari noise **dan** dari semua gambar yang dipakai untuk melatihnya.

# %% [markdown] key="model" lang="en"
# ## A trained network walks back
#
# The course ships a small network (a *U-Net*, chapter 5) that was trained on these digits. It takes a noisy picture, the $t$ and, if we like, the digit we wish for; it answers with `eps_hat`. We start ten walks, each from its own pure noise, and ask for a 0, a 1, … a 9. They take 50 steps from $t = 1000$ down to $t = 0$.
#
# The player shows three things side by side: `x_t`, the walker; `x_0_hat`, the clean picture that the network believes in at this moment; and `eps_hat`, the noise that it sees. (Each of the last two follows from the other, as in exercise 2.)
#
# **Commit:** at the very first step, where `x_t` is pure noise, what does `x_0_hat` look like: (a) noise, (b) uniform grey, (c) a digit?

# %% [markdown] key="model" lang="id" ref="a6a439bb"
# ## Jaringan terlatih berjalan pulang
#
# Kursus ini menyertakan sebuah jaringan kecil (*U-Net*, Bab 5) yang dilatih dengan angka-angka ini. Masukannya gambar yang tercampur noise, $t$, dan, kalau kita mau, angka yang kita inginkan; jawabannya `eps_hat`. Kita mulai sepuluh perjalanan, masing-masing dari noise murninya sendiri, dan meminta angka 0, 1, … sampai 9. Perjalanannya menempuh 50 langkah dari $t = 1000$ turun ke $t = 0$.
#
# Pemutar di bawah menampilkan tiga hal berdampingan: `x_t`, si pejalan; `x_0_hat`, gambar bersih yang saat itu diyakini jaringan; dan `eps_hat`, noise yang dilihatnya. (Dari salah satu di antara dua yang terakhir, yang lain dapat dihitung, seperti pada latihan 2.)
#
# **Putuskan dulu:** pada langkah yang paling awal, ketika `x_t` masih noise murni, seperti apa rupa `x_0_hat`: (a) noise, (b) kelabu merata, (c) sebuah angka?

# %% key="reverse"
from functools import partial

from course_lib import checkpoints, guidance, samplers

model = checkpoints.load("digits", device="cpu")
ancestral = partial(samplers.ddpm_step, variance="beta_tilde")
labels = torch.arange(10)
x_T = torch.randn(10, 1, 28, 28, generator=generator)
times = samplers.times(schedule.T, 50)
guided = guidance.guide(model, labels)
steps = list(samplers.sample(guided, ancestral, x_T, schedule, times, generator))
film = frames.film(steps, columns=5)
player(film.tracks, times=film.times, alt=lang.text("alt.intuition.reverse"))

# %% [markdown] key="reverse-after" lang="en"
# The answer is (c), and it is worth a closer look. Ten soft digits stand there at $t = 1000$, before the first step. The network cannot have seen them in the noise; there is nothing to be seen. All it knows is which digit we asked for. So where do they come from? Compare each with the **average** of all training digits of its class:

# %% [markdown] key="reverse-after" lang="id" ref="f5619f9a"
# Jawabannya (c), dan ini patut dipandang lebih dekat. Sepuluh angka yang lembut sudah tampak pada $t = 1000$, sebelum langkah pertama. Tidak mungkin jaringan melihatnya di dalam noise; di sana tidak ada yang bisa dilihat. Yang ia ketahui hanyalah angka mana yang kita minta. Lalu dari mana asalnya? Bandingkan masing-masing dengan **rata-rata** semua angka pelatihan di kelasnya:

# %% key="first-guess"
means = torch.stack([train_x[train_y == c].mean(0) for c in range(10)])
for step in steps[0], steps[20], steps[35], steps[-1]:
    pairs = zip(step.x_0_hat.flatten(1), means.flatten(1), strict=True)
    r = torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in pairs])
    print(f"t {step.t:4d}  r {r.mean():.3f}  std {step.x_0_hat.std():.3f}")
both = [means, steps[0].x_0_hat, steps[35].x_0_hat, steps[-1].x_t]
names = [r"$\bar x_0$", rf"$\hat x_0\,(t={steps[0].t})$", rf"$\hat x_0\,(t={steps[35].t})$", "$x_0$"]
figures.show(figures.grid(both, row_titles=names, size=0.8), "alt.intuition.first_guess")

# %% [markdown] key="first-guess-after" lang="en"
# Almost a perfect correlation. Asked about noise, the network answers with the *average* of everything it could be. Here is option (c) from the ink question: the blurred mixture of all paintings is what a good cleaner sees **first**.
#
# That is no weakness of this network, it is the right answer: whoever knows nothing and wants a small squared error says the mean. Then the walk begins. Each step settles a little of what was open, the mean is taken over fewer possibilities, and it sharpens. At the end one digit is left, and it is no longer the average. Play the film again and watch `x_0_hat`.

# %% [markdown] key="first-guess-after" lang="id" ref="331b14fe"
# Korelasinya hampir sempurna. Ketika ditanya tentang noise, jaringan menjawab dengan *rata-rata* dari semua kemungkinannya. Inilah pilihan (c) dari pertanyaan tinta tadi: campuran kabur dari semua lukisan adalah hal **pertama** yang dilihat pembersih yang baik.
#
# Ini bukan kelemahan jaringan kita, melainkan jawaban yang benar: siapa yang tidak tahu apa-apa dan menginginkan galat kuadrat yang kecil akan menyebut rata-rata. Setelah itu perjalanan dimulai. Setiap langkah memastikan sedikit dari yang tadinya masih terbuka, rata-ratanya diambil atas kemungkinan yang makin sedikit, dan gambarnya menajam. Pada akhirnya tinggal satu angka, dan angka itu bukan rata-rata lagi. Putar filmnya sekali lagi dan perhatikan `x_0_hat`.

# %% [markdown] key="which" lang="en"
# ## Which painting comes back?
#
# Back to the ruined painting. We take the 7 from the beginning, noise it up to some $t$, and let the network walk back from there without telling it which digit it was.
#
# **Commit:** from which of $t$ = 100, 300, 500, 700, 1000 will it bring back *our* 7? From which another 7? From which something else altogether?

# %% [markdown] key="which" lang="id" ref="09d9d5d0"
# ## Lukisan mana yang kembali?
#
# Kembali ke lukisan yang rusak. Kita ambil angka 7 dari awal bab, membubuhinya dengan noise sampai suatu $t$, lalu membiarkan jaringan berjalan pulang dari sana tanpa memberi tahu angka apa itu.
#
# **Putuskan dulu:** dari $t$ = 100, 300, 500, 700, 1000, dari mana ia membawa pulang angka 7 *kita*? Dari mana angka 7 yang lain? Dari mana sesuatu yang sama sekali lain?

# %% key="which-run"
def walk(x_t, start, step=ancestral, count=50):
    free = guidance.guide(model, torch.zeros(len(x_t), dtype=torch.int64), w=-1)
    rest = [t for t in samplers.times(schedule.T, count) if t < start]
    return samplers.final(samplers.sample(free, step, x_t, schedule, [start, *rest], generator))


starts = [100, 300, 500, 700, 1000]
seven = x_0[7:8]
ruined = [forward.q_sample(seven, t, eps[7:8], schedule) for t in starts]
back = [walk(x_t, t) for x_t, t in zip(ruined, starts, strict=True)]
for t, image in zip(starts, back, strict=True):
    print(f"t {t:4d}  rms {(image - seven).square().mean().sqrt():.3f}")
rows = [torch.cat([seven, *ruined]), torch.cat([seven, *back])]
names = ["$x_0$"] + [f"$t={t}$" for t in starts]
figures.show(figures.grid(rows, names, ["$x_t$", r"$\to x_0$"]), "alt.intuition.which")

# %% [markdown] key="which-after" lang="en"
# From $t = 100$ we get our own 7 back, down to its strokes. The farther we start, the farther away we land; and from $t = 1000$ the network draws *a* digit, which has no reason to be ours. The sampler never recovers what was lost. It draws something that fits with what is left, and when nothing is left, anything goes that looks like a digit.
#
# (In earnest: a "restored" face or number plate is a plausible invention, not evidence.)
#
# **Commit:** eight walks from one and the same $x_T$. Do they end at the same digit?

# %% [markdown] key="which-after" lang="id" ref="070f611b"
# Dari $t = 100$ kita mendapatkan kembali 7 kita sendiri, sampai ke goresan-goresannya. Makin jauh titik mulainya, makin jauh pula hasilnya dari angka kita; dan dari $t = 1000$ jaringan membuat *sebuah* angka, yang tidak punya alasan untuk sama dengan milik kita. Sampler tidak pernah menemukan kembali yang hilang. Ia membuat sesuatu yang cocok dengan yang masih tersisa, dan kalau tidak ada yang tersisa, apa saja boleh asal mirip angka.
#
# (Ini serius: wajah atau pelat nomor yang "dipulihkan" adalah rekaan yang masuk akal, bukan bukti.)
#
# **Putuskan dulu:** delapan perjalanan dari satu $x_T$ yang sama. Apakah semuanya berakhir pada angka yang sama?

# %% key="outcomes"
same = torch.randn(1, 1, 28, 28, generator=generator).expand(8, -1, -1, -1)
rows = [walk(same, 1000), walk(same, 1000, samplers.ddim_step)]
for name, images in zip(("DDPM", "DDIM"), rows, strict=True):
    print(name, tuple(images.shape), f"max {(images - images[:1]).abs().max():.1e}")
figures.show(figures.grid(rows, row_titles=["DDPM", "DDIM"]), "alt.intuition.outcomes")

# %% [markdown] key="outcomes-after" lang="en"
# It depends on the walk. In the upper row (*DDPM*, chapter 6) every step adds a pinch of fresh noise, and the eight walks part. In the lower row (*DDIM*, chapter 7) nothing is drawn on the way, and the same start gives the same digit, eight times. Same network, same weights: how one walks is a choice one makes afterwards.

# %% [markdown] key="outcomes-after" lang="id" ref="849c1158"
# Tergantung cara berjalannya. Di baris atas (*DDPM*, Bab 6) setiap langkah menambahkan sejumput noise baru, dan kedelapan perjalanan itu berpisah jalan. Di baris bawah (*DDIM*, Bab 7) tidak ada yang diundi di jalan, dan awal yang sama memberi angka yang sama, delapan kali. Jaringannya sama, bobotnya sama: cara berjalan adalah pilihan yang dibuat belakangan.

# %% [markdown] key="ideal" lang="en"
# ## The cleaner that knows everything
#
# Our network makes mistakes. What would a *perfect* one do, one that minimises its training error completely? For a finite collection $x_1, \dots, x_N$ it can be written down. Every $x_i$ is asked: how probable is it that you, faded and noised, became this $x_t$? The answers, scaled to sum to 1, are weights, and the perfect guess is the weighted mean:
#
# $$\hat x_0 = \sum_i w_i\, x_i, \qquad w_i \propto \exp\!\left(-\frac{\lVert x_t - \sqrt{\bar\alpha_t}\,x_i\rVert^2}{2\,(1-\bar\alpha_t)}\right)$$
#
# **Exercise 3.** Write `ideal_x_0(x_t, dataset, alpha_bar_t)`. `x_t` has the shape `(D,)`, `dataset` has `(N, D)`, `alpha_bar_t` is a float between 0 and 1; return a tensor of shape `(D,)`. `torch.softmax(..., dim=0)` makes weights of the exponents without overflow.

# %% [markdown] key="ideal" lang="id" ref="4dd9cdb5"
# ## Pembersih yang mahatahu
#
# Jaringan kita masih membuat kekeliruan. Apa yang akan dilakukan jaringan yang *sempurna*, yang menekan galat pelatihannya sampai ke titik terendah? Untuk kumpulan berhingga $x_1, \dots, x_N$, jawabannya dapat dituliskan. Setiap $x_i$ ditanya: seberapa besar peluangnya bahwa kamulah yang, setelah diredupkan dan dibubuhi noise, menjadi $x_t$ ini? Jawaban-jawabannya, yang diskalakan agar berjumlah 1, adalah bobot, dan tebakan yang sempurna adalah rata-rata berbobotnya:
#
# $$\hat x_0 = \sum_i w_i\, x_i, \qquad w_i \propto \exp\!\left(-\frac{\lVert x_t - \sqrt{\bar\alpha_t}\,x_i\rVert^2}{2\,(1-\bar\alpha_t)}\right)$$
#
# **Latihan 3.** Tulis `ideal_x_0(x_t, dataset, alpha_bar_t)`. Bentuk `x_t` adalah `(D,)`, bentuk `dataset` adalah `(N, D)`, dan `alpha_bar_t` sebuah float antara 0 dan 1; kembalikan tensor berbentuk `(D,)`. `torch.softmax(..., dim=0)` mengubah eksponen menjadi bobot tanpa luapan (overflow).

# %% key="ex-ideal" exercise="intuition.ideal_x_0"
def ideal_x_0(x_t, dataset, alpha_bar_t):
    ### BEGIN SOLUTION
    distance = (x_t - alpha_bar_t**0.5 * dataset).square().sum(1)
    weights = torch.softmax(-distance / (2 * (1 - alpha_bar_t)), dim=0)
    return weights @ dataset
    ### END SOLUTION


# %% key="check-ideal" check="intuition.ideal_x_0"
check("intuition.ideal_x_0", ideal_x_0)

# %% [markdown] key="ideal-library" lang="en"
# The course's version answers with `eps_hat`, like every model here, so any sampler can use it. Same formula? (In double precision, ten noisy digits at once.)

# %% [markdown] key="ideal-library" lang="id" ref="99fc3ed0"
# Versi kursus ini menjawab dengan `eps_hat`, seperti semua model di sini, sehingga dapat dipakai sampler mana pun. Apakah rumusnya sama? (Dalam presisi ganda, sepuluh angka bercampur noise sekaligus.)

# %% key="ideal-equal"
from course_lib import gaussians

small = train_x[:500]
ideal = gaussians.IdealDenoiser(small, schedule)
t, x_i = 400, small.flatten(1).double()
x_t = forward.q_sample(x_0.double(), t, eps.double(), schedule)
alpha_bar_t = schedule.alpha_bar[t].item()
distance = (x_t.flatten(1)[:, None] - alpha_bar_t**0.5 * x_i[None]).square().sum(2)
weights = torch.softmax(-distance / (2 * (1 - alpha_bar_t)), dim=1)
x_0_hat = (weights @ x_i).view_as(x_0)
library = forward.predict_x_0(x_t, t, ideal(x_t, torch.full((10,), t)), schedule)
error = (x_0_hat - library).abs().max().item()
assert error < 1e-10
print("weights", tuple(weights.shape), f"max {weights.max():.3f}  error {error:.0e}")

# %% [markdown] key="ideal-walk" lang="en"
# Now let the perfect model of 500 digits walk back from 16 pure noises, with the same sampler as before. It commits not a single error.
#
# At every step we can ask how many of the 500 are still in the running: $N_{\mathrm{eff}} = \exp(-\sum_i w_i \log w_i)$ is 500 when all weights are equal and 1 when a single one has everything.
#
# **Commit:** by which $t$ is it settled which digit it will be: about 900, about 500, or only at about 50?

# %% [markdown] key="ideal-walk" lang="id" ref="d89e7f34"
# Sekarang kita biarkan model sempurna untuk 500 angka berjalan pulang dari 16 noise murni, dengan sampler yang sama seperti tadi. Ia tidak membuat satu kekeliruan pun.
#
# Pada setiap langkah kita bisa bertanya berapa dari 500 angka itu yang masih ikut bersaing: $N_{\mathrm{eff}} = \exp(-\sum_i w_i \log w_i)$ bernilai 500 bila semua bobot sama besar dan 1 bila satu angka memborong semuanya.
#
# **Putuskan dulu:** pada $t$ berapa sudah pasti angka mana yang akan jadi: sekitar 900, sekitar 500, atau baru sekitar 50?

# %% key="ideal-walk-run"
x_T = torch.randn(16, 1, 28, 28, generator=generator)
walked = list(samplers.sample(ideal, ancestral, x_T, schedule, times, generator))
for step in walked[:-1:7]:
    alpha_bar_t = schedule.alpha_bar[step.t].item()
    away = torch.cdist(step.x_t.flatten(1), alpha_bar_t**0.5 * small.flatten(1))
    weights = torch.softmax(-away.square() / (2 * (1 - alpha_bar_t)), dim=1)
    n_eff = torch.special.entr(weights).sum(1).exp()
    print(f"t {step.t:4d}  N_eff {n_eff.mean():.1f}")
film = frames.film(walked, columns=4)
player(film.tracks, times=film.times, alt=lang.text("alt.intuition.ideal_film"))

# %% [markdown] key="recite" lang="en"
# At $t = 857$ some 470 of the 500 are still in the running, at $t = 572$ about 30, at $t = 429$ just one. The whole decision falls in the middle of the walk; the last 400 timesteps only wipe the noise off. (It is the reading test from before, seen from the other side. Biroli et al. 2024 study these moments.) In the film: one grey average for everybody, then blends, then a digit that no longer changes.
#
# **Commit:** how far is each finished picture from the nearest of the 500, at the worst pixel: about $1$ (as for two different digits), about $0.1$, or $0$?

# %% [markdown] key="recite" lang="id" ref="39a11721"
# Pada $t = 857$ masih ada sekitar 470 dari 500 angka yang ikut bersaing, pada $t = 572$ sekitar 30, pada $t = 429$ tinggal satu. Seluruh keputusan jatuh di tengah perjalanan; 400 timestep (langkah waktu) terakhir hanya menyeka sisa noise. (Inilah ujian membaca tadi, dilihat dari sisi sebaliknya. Biroli et al. 2024 meneliti saat-saat seperti ini.) Di film: mula-mula satu rata-rata kelabu untuk semuanya, lalu campuran-campuran, lalu sebuah angka yang tidak berubah lagi.
#
# **Putuskan dulu:** seberapa jauh setiap gambar jadi dari yang terdekat di antara 500 angka itu, pada piksel yang terburuk: sekitar $1$ (seperti dua angka yang berbeda), sekitar $0.1$, atau $0$?


# %% key="recite-run"
def nearest(images, dataset):
    a, b = images.flatten(1), dataset.flatten(1)
    found = dataset[torch.cdist(a, b).argmin(1)]
    return found, (images - found).flatten(1)


drawn = walked[-1].x_t
learned = walk(x_T, 1000)
fresh = test_x[:16]
for name, images, dataset in (("ideal", drawn, small), ("model", learned, train_x), ("test", fresh, train_x)):
    gap = nearest(images, dataset)[1]
    print(f"{name:5s} {tuple(gap.shape)}  max {gap.abs().max():.4f}  rms {gap.square().mean().sqrt():.4f}")
rows = [drawn, nearest(drawn, small)[0], learned, nearest(learned, train_x)[0]]
rows = [row[:10] for row in rows]
titles = ["$x_0^{*}$", "$x_i$", r"$x_0^{\theta}$", "$x_i$"]
figures.show(figures.grid(rows, row_titles=titles, size=0.8), "alt.intuition.recite")

# %% [markdown] key="recite-after" lang="en"
# Three lines of numbers: the ideal model against its 500 digits; our trained network against all 18000 digits that it was trained on; and, for scale, 16 real digits it never saw against the same 18000. And the pictures: what the ideal model drew ($x_0^{*}$) above the nearest of its 500, what the network drew ($x_0^{\theta}$) above the nearest of its 18000.
#
# $0$ for the ideal model, to four decimals. **The perfect model of a finite collection can do nothing but recite it.** Every walk ends exactly on one of the 500. It has the smallest possible training error, and it has never drawn anything new.
#
# Our network, with its mistakes, is different: its digits keep a distance from the training digits, of the same order as new real digits do. So what makes it useful is precisely that it does *not* reach the minimum of its own training error: it is a smooth function that has to make do with what many digits have in common. Why that so often works so well is a question of current research (Kadkhodaie et al. 2024 is a good way in).
#
# Reciting is no mere thought experiment. Large models, trained long on pictures that occur many times, do repeat some of them nearly unchanged (Carlini et al. 2023).
#
# ## A trap, left open
#
# One more commitment, with the answer five chapters away. The network says which noise is in $x_t$. So the reverse step must be $x_{t-1} = x_t - \hat\epsilon$: many introductions print just that. **Is it right?** (a) yes; (b) yes, up to a scale; (c) no, and one sees it at once.
#
# Note your letter. (A hint: the network reports *all* the noise that is in $x_t$, and the steps are small.) Chapter 6 runs it.

# %% [markdown] key="recite-after" lang="id" ref="0407e2fb"
# Tiga baris bilangan: model ideal terhadap 500 angkanya; jaringan kita yang terlatih terhadap semua 18000 angka yang dipakai melatihnya; dan, sebagai pembanding, 16 angka asli yang belum pernah dilihatnya terhadap 18000 angka yang sama. Lalu gambarnya: buatan model ideal ($x_0^{*}$) di atas yang terdekat dari 500 angkanya, buatan jaringan ($x_0^{\theta}$) di atas yang terdekat dari 18000 angkanya.
#
# $0$ untuk model ideal, sampai empat desimal. **Model yang sempurna untuk kumpulan berhingga hanya bisa menghafalkannya.** Setiap perjalanan berakhir tepat pada salah satu dari 500 angka itu. Galat pelatihannya yang terkecil yang mungkin, dan belum pernah ia membuat sesuatu yang baru.
#
# Jaringan kita, dengan segala kekeliruannya, berbeda: angka buatannya berjarak dari angka-angka pelatihan, kira-kira sejauh jarak angka asli yang baru. Jadi yang membuatnya berguna justru karena ia *tidak* mencapai minimum galat pelatihannya sendiri: ia fungsi mulus yang harus mencukupkan diri dengan apa yang sama pada banyak angka. Mengapa cara ini begitu sering berhasil sebaik itu masih menjadi pertanyaan penelitian sekarang (Kadkhodaie et al. 2024 adalah pintu masuk yang baik).
#
# Menghafal bukan sekadar percobaan di dalam kepala. Model besar, yang dilatih lama dengan gambar yang muncul berkali-kali, memang mengulang sebagian gambar itu hampir tanpa perubahan (Carlini et al. 2023).
#
# ## Sebuah jebakan, dibiarkan terbuka
#
# Satu lagi yang perlu diputuskan, dan jawabannya baru datang lima bab lagi. Jaringan mengatakan noise mana yang ada di dalam $x_t$. Kalau begitu, langkah mundurnya tentu $x_{t-1} = x_t - \hat\epsilon$: banyak pengantar mencetaknya persis begitu. **Benarkah itu?** (a) ya; (b) ya, tetapi skalanya belum tepat; (c) tidak, dan itu langsung terlihat.
#
# Catat huruf pilihanmu. (Petunjuk: jaringan melaporkan *semua* noise yang ada di dalam $x_t$, padahal langkahnya kecil.) Bab 6 menjalankannya.

# %% [markdown] key="compare" lang="en"
# ## GAN, VAE, diffusion
#
# Three families that learn to draw from examples, and what each really costs:
#
# | | how it draws | strong | weak |
# | --- | --- | --- | --- |
# | **GAN** (Goodfellow et al. 2014) | one pass, noise to picture; trained against a critic | fast; sharp pictures | training is a contest and can fail to settle; parts of the data may never be drawn (*mode collapse*) |
# | **VAE** (Kingma and Welling 2014) | one pass from a small code; an encoder finds the code of a picture | stable training; a bound on the likelihood; a useful code space | simple versions are blurred |
# | **diffusion** (Sohl-Dickstein et al. 2015; Ho et al. 2020) | many passes of one network, noise to picture | plain regression, so stable training; high quality; broad coverage; can be steered by a text, a class or a layout; a principled framework with a likelihood bound | slow: tens to hundreds of passes for each picture |
#
# Fair play for all three. Dhariwal and Nichol 2021 showed diffusion ahead of the best GANs of their day on ImageNet, by a score that has its own faults. GANs remain the fastest. A VAE sits inside many of today's picture generators, where it makes the pictures small enough for a diffusion model. Xiao et al. 2022 call it a *trilemma*: quality, coverage and speed, and each family is short of one.
#
# ### "No mode collapse"?
#
# Lists of advantages often say that diffusion models have *no* mode collapse. Let us count: 100 digits with no wish expressed; the course's small classifier reads them. **Commit:** will all ten classes occur? Equally often?

# %% [markdown] key="compare" lang="id" ref="b9be0656"
# ## GAN, VAE, difusi
#
# Tiga keluarga yang belajar menggambar dari contoh, beserta harga yang sebenarnya:
#
# | | cara menggambar | kekuatan | kelemahan |
# | --- | --- | --- | --- |
# | **GAN** (Goodfellow et al. 2014) | sekali jalan, noise menjadi gambar; dilatih melawan seorang pengkritik | cepat; gambarnya tajam | pelatihannya pertandingan dan bisa tidak kunjung tenang; sebagian data mungkin tidak pernah tergambar (*mode collapse*) |
# | **VAE** (Kingma dan Welling 2014) | sekali jalan dari sebuah kode kecil; sebuah encoder mencari kode untuk suatu gambar | pelatihannya stabil; ada batas untuk likelihood; ruang kodenya berguna | versi sederhananya kabur |
# | **difusi** (Sohl-Dickstein et al. 2015; Ho et al. 2020) | jaringan yang sama dijalankan berkali-kali, noise menjadi gambar | regresi biasa, jadi pelatihannya stabil; mutunya tinggi; cakupannya luas; dapat diarahkan dengan teks, kelas, atau tata letak; kerangkanya berdasar, dengan batas untuk likelihood | lambat: puluhan sampai ratusan kali menjalankan jaringan untuk setiap gambar |
#
# Mari berlaku adil kepada ketiganya. Dhariwal dan Nichol 2021 menunjukkan bahwa difusi mengungguli GAN terbaik pada masanya di ImageNet, menurut suatu skor yang juga punya cela. GAN masih yang tercepat. VAE bersembunyi di dalam banyak pembuat gambar masa kini, untuk mengecilkan gambar sampai sanggup ditangani model difusi. Xiao et al. 2022 menyebutnya *trilema*: mutu, cakupan, dan kecepatan, dan setiap keluarga kekurangan salah satunya.
#
# ### "Tanpa mode collapse"?
#
# Daftar keunggulan sering menyebut bahwa model difusi *bebas* dari mode collapse. Mari kita hitung: 100 angka tanpa permintaan apa pun; pengklasifikasi kecil milik kursus ini membacanya. **Putuskan dulu:** apakah kesepuluh kelas akan muncul? Sama seringnya?

# %% key="collapse-count"
from course_lib import metrics

x_T = torch.randn(100, 1, 28, 28, generator=generator)
images = walk(x_T, 1000, count=20)
read = metrics.classifier()(images).argmax(1)
print("x_0", tuple(images.shape), torch.bincount(read, minlength=10).tolist())

# %% [markdown] key="tilt" lang="en"
# Read the ten counts with care. A fair ten-sided die thrown 100 times gives 10 of each only on average; every count scatters by about 3 (the root of $100 \cdot 0.1 \cdot 0.9$). What goes beyond that is not chance: the network, and our hurry with 20 steps, prefer some digits to others.
# But no class has been abandoned, and nothing had to be done for it: a regression that must explain *every* training picture cannot simply leave some out, while a GAN is only asked to fool its critic.
#
# But "no" is too strong a word. Coverage is traded away as soon as one steers hard. *Guidance* (chapter 9) pulls the draw towards a wish with a strength $s$; on paper it aims at the density $p_c(x)^s\, p_u(x)^{1-s}$, where $p_c$ is the wished-for data and $p_u$ all data. Take one dimension, $p_c = N(1, 0.5^2)$ and $p_u = N(0, 1)$, and a strength as large as text-to-picture programs often use, $s = 7.5$.
#
# **Commit:** the wished-for data have standard deviation $0.5$. What is it at $s = 7.5$?

# %% [markdown] key="tilt" lang="id" ref="60f75218"
# Bacalah kesepuluh hitungan itu dengan hati-hati. Dadu bersisi sepuluh yang adil, yang dilempar 100 kali, memberi masing-masing 10 hanya secara rata-rata; setiap hitungan bergoyang sekitar 3 (akar dari $100 \cdot 0.1 \cdot 0.9$). Yang melebihi itu bukan kebetulan: jaringan kita, dan ketergesaan kita dengan 20 langkah, lebih menyukai angka tertentu.
# Namun, tidak ada kelas yang ditinggalkan, dan untuk itu tidak perlu upaya khusus: regresi yang harus menjelaskan *setiap* gambar pelatihan tidak bisa begitu saja melewatkan sebagian, sedangkan GAN hanya diminta mengelabui pengkritiknya.
#
# Meski begitu, "tanpa" terlalu keras. Cakupan ikut tergadai begitu kita menyetir kuat-kuat. *Guidance* (Bab 9) menarik hasilnya ke arah suatu permintaan dengan kekuatan $s$; di atas kertas sasarannya densitas $p_c(x)^s\, p_u(x)^{1-s}$, dengan $p_c$ untuk data yang diminta dan $p_u$ untuk semua data. Ambil satu dimensi, $p_c = N(1, 0.5^2)$ dan $p_u = N(0, 1)$, serta kekuatan sebesar yang lazim dipakai program pembuat gambar dari teks, $s = 7.5$.
#
# **Putuskan dulu:** data yang diminta bersimpangan baku $0.5$. Menjadi berapa pada $s = 7.5$?

# %% key="tilt-run"
grid = torch.linspace(-8, 8, 20_001, dtype=torch.float64)
log_c, log_u = -((grid - 1) ** 2) / (2 * 0.5**2), -(grid**2) / 2
for s in (0, 1, 3, 7.5):
    p = torch.softmax(s * log_c + (1 - s) * log_u, 0)
    mean = (p * grid).sum()
    std = (p * (grid - mean) ** 2).sum().sqrt().item()
    assert abs(std - (s / 0.5**2 + (1 - s)) ** -0.5) < 1e-6
    print(f"s {s:3}  std {std:.3f}")

# %% [markdown] key="tilt-after" lang="en"
# $0.206$: less than half of the variety is left. (That is what the formula aims at; what a guided sampler draws is not exactly this, as chapter 9 shows.) Together with the recited training pictures of the section before, the honest sentence reads: diffusion models are **far less prone** to leaving things out than GANs, and one can still make them do it.

# %% [markdown] key="tilt-after" lang="id" ref="b39b2f66"
# $0.206$: keragamannya tinggal kurang dari setengah. (Itulah sasaran rumusnya; hasil sampler dengan guidance tidak persis begini, seperti yang ditunjukkan Bab 9.) Bersama gambar pelatihan yang dihafalkan di bagian sebelumnya, kalimat yang jujur berbunyi: model difusi **jauh lebih jarang** melewatkan sesuatu daripada GAN, tetapi kita tetap bisa membuatnya berbuat begitu.

# %% [markdown] key="uses" lang="en"
# ## Where it is used
#
# | field | an example to read |
# | --- | --- |
# | pictures from text | DALL·E 2 (Ramesh et al. 2022), Imagen (Saharia et al. 2022a), Stable Diffusion (Rombach et al. 2022) |
# | sharper pictures | SR3 (Saharia et al. 2022b) |
# | sound and speech | WaveGrad (Chen et al. 2021), DiffWave (Kong et al. 2021) |
# | video | Video Diffusion Models (Ho et al. 2022) |
# | proteins | RFdiffusion (Watson et al. 2023), AlphaFold 3 (Abramson et al. 2024) |
# | weather | GenCast (Price et al. 2025) |
# | robots | Diffusion Policy (Chi et al. 2023) |
#
# A correction that many notes need: the *first* DALL·E (Ramesh et al. 2021) was **not** a diffusion model. It wrote a picture token by token, as a language model writes a text. DALL·E 2 and 3 use diffusion. Midjourney is usually named in the same breath, but has not published its method.
#
# And one reader you might not expect: on 14 November 2024 the Korean university entrance examination (the 2025학년도 수능) put a passage on the AI diffusion model for generating images before everyone who sat its Korean language section: questions 10 to 13. The word 노이즈, *noise*, occurs in it 45 times, which made the news. Its key sentence says that the noise predictor is trained so that the gap between the noise put in and the noise predicted becomes small. After this chapter you know why that is enough.

# %% [markdown] key="uses" lang="id" ref="b84720ca"
# ## Di mana dipakai
#
# | bidang | contoh untuk dibaca |
# | --- | --- |
# | gambar dari teks | DALL·E 2 (Ramesh et al. 2022), Imagen (Saharia et al. 2022a), Stable Diffusion (Rombach et al. 2022) |
# | mempertajam gambar | SR3 (Saharia et al. 2022b) |
# | suara dan ucapan | WaveGrad (Chen et al. 2021), DiffWave (Kong et al. 2021) |
# | video | Video Diffusion Models (Ho et al. 2022) |
# | protein | RFdiffusion (Watson et al. 2023), AlphaFold 3 (Abramson et al. 2024) |
# | cuaca | GenCast (Price et al. 2025) |
# | robot | Diffusion Policy (Chi et al. 2023) |
#
# Satu ralat yang diperlukan banyak catatan: DALL·E yang *pertama* (Ramesh et al. 2021) **bukan** model difusi. Ia menulis gambar token demi token, seperti model bahasa menulis teks. DALL·E 2 dan 3 memakai difusi. Midjourney biasanya disebut dalam satu tarikan napas, tetapi belum menerbitkan metodenya.
#
# Dan satu pembaca yang mungkin tidak terduga: pada 14 November 2024, ujian masuk perguruan tinggi Korea (2025학년도 수능, *Suneung*) menyodorkan sebuah bacaan tentang model difusi AI pembuat gambar kepada semua peserta ujian bahasa Koreanya: soal 10 sampai 13. Kata 노이즈, *noise*, muncul 45 kali di dalamnya, sampai-sampai menjadi berita. Kalimat kuncinya menyatakan bahwa penebak noise dilatih agar selisih antara noise yang dimasukkan dan noise yang ditebak menjadi kecil. Setelah bab ini kita tahu mengapa itu cukup.

# %% [markdown] key="roadmap" lang="en"
# ## The road from here
#
# Most introductions show how to run such a model and skip why it works. The reasons are what carries over to new data, to restoration, to models that do not exist yet; so this course takes them one at a time.
#
# | chapter | its question |
# | --- | --- |
# | [0 · Welcome](00_welcome.ipynb) | how do I use this course? |
# | **1 · Intuition** | what is the idea? |
# | [2 · The forward process](02_forward.ipynb) | how much noise, when? the schedule $\beta_t$ and the jump to any $t$ |
# | 3 · The bound | what does training maximise? |
# | 4 · The loss | why does it come down to predicting the noise? |
# | 5 · The U-Net | which network answers? |
# | 6 · Sampling | how does one walk back? DDPM |
# | 7 · Sampling faster | fewer steps: DDIM |
# | 8 · The score | which direction is "more like the data"? |
# | 9 · Guidance | how does one ask for something? |
# | 10 · Beyond | latent diffusion, and what is still open |

# %% [markdown] key="roadmap" lang="id" ref="a578a2c8"
# ## Jalan di depan
#
# Kebanyakan pengantar menunjukkan cara menjalankan model seperti ini dan melewatkan mengapa model itu bekerja. Padahal, alasannyalah yang terbawa ke data baru, ke pemulihan gambar, dan ke model yang belum ada; karena itu kursus ini membahasnya satu demi satu.
#
# | bab | pertanyaannya |
# | --- | --- |
# | [0 · Selamat datang](00_welcome.ipynb) | bagaimana memakai kursus ini? |
# | **1 · Intuisi** | apa gagasannya? |
# | [2 · Proses maju](02_forward.ipynb) | berapa banyak noise, dan kapan? jadwal $\beta_t$ dan lompatan ke sembarang $t$ |
# | 3 · Batas bawah evidensi | apa yang dimaksimalkan pelatihan? |
# | 4 · Loss (fungsi kerugian) | mengapa ujungnya menebak noise? |
# | 5 · U-Net | jaringan mana yang menjawab? |
# | 6 · Pengambilan sampel | bagaimana berjalan pulang? DDPM |
# | 7 · Pengambilan sampel yang lebih cepat | langkah yang lebih sedikit: DDIM |
# | 8 · Skor | ke arah mana letak "lebih mirip data"? |
# | 9 · Guidance | bagaimana meminta sesuatu? |
# | 10 · Selanjutnya | difusi laten, dan apa yang masih terbuka |

# %% [markdown] key="take-along" lang="en"
# ## What to take along
#
# - The forward process mixes: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$. It is fixed, blind and easy; variances, not amplitudes, add up to 1.
# - To know the noise is to know the picture. So the network learns one thing: to say which noise is in $x_t$.
# - Its first guess is an average, and it sharpens step by step. The end is *a* picture, not the one that was lost.
# - The perfect model of a finite collection recites it. New pictures come from a network that generalises.
# - Diffusion is stable and broad, and it pays in time. "No mode collapse" is an overstatement.
#
# **Left open here.** Where the schedule comes from (chapter 2); why small steps may be reversed by Gaussians at all (chapters 3 and 6); how good is "good" (numbers with their error, from chapter 6 on). Our digits are small and grey, and a network of this size is a model plane: everything on it is real, and it will not carry passengers.

# %% [markdown] key="take-along" lang="id" ref="41232c31"
# ## Bekal dari bab ini
#
# - Proses maju mencampur: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$. Proses ini tetap, buta, dan mudah; yang berjumlah 1 adalah varians, bukan amplitudo.
# - Mengetahui noise berarti mengetahui gambar. Jadi jaringan hanya belajar satu hal: mengatakan noise mana yang ada di dalam $x_t$.
# - Tebakan pertamanya sebuah rata-rata, lalu menajam langkah demi langkah. Ujungnya *sebuah* gambar, bukan gambar yang hilang.
# - Model yang sempurna untuk kumpulan berhingga menghafalkannya. Gambar baru berasal dari jaringan yang mampu menggeneralisasi.
# - Difusi itu stabil dan luas cakupannya, dan bayarannya waktu. "Tanpa mode collapse" terlalu dilebih-lebihkan.
#
# **Yang belum terjawab di sini.** Dari mana jadwalnya berasal (Bab 2); mengapa langkah-langkah kecil boleh dibalik dengan Gaussian (Bab 3 dan 6); sebaik apa "baik" itu (bilangan beserta galatnya, mulai Bab 6). Angka-angka kita kecil dan kelabu, dan jaringan seukuran ini ibarat pesawat model: semua yang ada padanya sungguhan, hanya saja ia tidak akan mengangkut penumpang.

# %% [markdown] key="sources" lang="en"
# ## Sources
#
# - J. Sohl-Dickstein et al. 2015, [Deep Unsupervised Learning using Nonequilibrium Thermodynamics](https://arxiv.org/abs/1503.03585).
# - J. Ho, A. Jain, P. Abbeel 2020, [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239): equations 4 and 15.
# - I. Goodfellow et al. 2014, [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661). D. Kingma, M. Welling 2014, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114).
# - P. Dhariwal, A. Nichol 2021, [Diffusion Models Beat GANs on Image Synthesis](https://arxiv.org/abs/2105.05233). Z. Xiao et al. 2022, [the generative learning trilemma](https://arxiv.org/abs/2112.07804).
# - N. Carlini et al. 2023, [Extracting Training Data from Diffusion Models](https://arxiv.org/abs/2301.13188). Z. Kadkhodaie et al. 2024, [Generalization in Diffusion Models](https://arxiv.org/abs/2310.02557).
# - G. Biroli et al. 2024, [Dynamical regimes of diffusion models](https://arxiv.org/abs/2402.18491).
# - Other damage than noise: S. Rissanen et al. 2023, [Inverse Heat Dissipation](https://arxiv.org/abs/2206.13397); A. Bansal et al. 2022, [Cold Diffusion](https://arxiv.org/abs/2208.09392).
# - A. Ramesh et al. 2021, [DALL·E](https://arxiv.org/abs/2102.12092), and 2022, [DALL·E 2](https://arxiv.org/abs/2204.06125). R. Rombach et al. 2022, [Latent Diffusion](https://arxiv.org/abs/2112.10752). C. Saharia et al. 2022a, [Imagen](https://arxiv.org/abs/2205.11487), and 2022b, [SR3](https://arxiv.org/abs/2104.07636).
# - N. Chen et al. 2021, [WaveGrad](https://arxiv.org/abs/2009.00713). Z. Kong et al. 2021, [DiffWave](https://arxiv.org/abs/2009.09761). J. Ho et al. 2022, [Video Diffusion Models](https://arxiv.org/abs/2204.03458). C. Chi et al. 2023, [Diffusion Policy](https://arxiv.org/abs/2303.04137).
# - In *Nature*: J. Watson et al. 2023 (RFdiffusion), J. Abramson et al. 2024 (AlphaFold 3), I. Price et al. 2025 (GenCast).
# - On the examination: [Dong-A Ilbo, 15 November 2024](https://donga.com/news/Society/article/all/20241115/130434749/2).
#
# Digits: Y. LeCun, C. Cortes, C. Burges 1998 (MNIST). **Next:** [how much noise, and when](02_forward.ipynb).

# %% [markdown] key="sources" lang="id" ref="ddacfdfa"
# ## Sumber
#
# - J. Sohl-Dickstein et al. 2015, [Deep Unsupervised Learning using Nonequilibrium Thermodynamics](https://arxiv.org/abs/1503.03585).
# - J. Ho, A. Jain, P. Abbeel 2020, [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239): persamaan 4 dan 15.
# - I. Goodfellow et al. 2014, [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661). D. Kingma, M. Welling 2014, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114).
# - P. Dhariwal, A. Nichol 2021, [Diffusion Models Beat GANs on Image Synthesis](https://arxiv.org/abs/2105.05233). Z. Xiao et al. 2022, [trilema pembelajaran generatif](https://arxiv.org/abs/2112.07804).
# - N. Carlini et al. 2023, [Extracting Training Data from Diffusion Models](https://arxiv.org/abs/2301.13188). Z. Kadkhodaie et al. 2024, [Generalization in Diffusion Models](https://arxiv.org/abs/2310.02557).
# - G. Biroli et al. 2024, [Dynamical regimes of diffusion models](https://arxiv.org/abs/2402.18491).
# - Kerusakan selain noise: S. Rissanen et al. 2023, [Inverse Heat Dissipation](https://arxiv.org/abs/2206.13397); A. Bansal et al. 2022, [Cold Diffusion](https://arxiv.org/abs/2208.09392).
# - A. Ramesh et al. 2021, [DALL·E](https://arxiv.org/abs/2102.12092), dan 2022, [DALL·E 2](https://arxiv.org/abs/2204.06125). R. Rombach et al. 2022, [Latent Diffusion](https://arxiv.org/abs/2112.10752). C. Saharia et al. 2022a, [Imagen](https://arxiv.org/abs/2205.11487), dan 2022b, [SR3](https://arxiv.org/abs/2104.07636).
# - N. Chen et al. 2021, [WaveGrad](https://arxiv.org/abs/2009.00713). Z. Kong et al. 2021, [DiffWave](https://arxiv.org/abs/2009.09761). J. Ho et al. 2022, [Video Diffusion Models](https://arxiv.org/abs/2204.03458). C. Chi et al. 2023, [Diffusion Policy](https://arxiv.org/abs/2303.04137).
# - Dalam *Nature*: J. Watson et al. 2023 (RFdiffusion), J. Abramson et al. 2024 (AlphaFold 3), I. Price et al. 2025 (GenCast).
# - Tentang ujian itu: [Dong-A Ilbo, 15 November 2024](https://donga.com/news/Society/article/all/20241115/130434749/2).
#
# Angka: Y. LeCun, C. Cortes, C. Burges 1998 (MNIST). **Berikutnya:** [berapa banyak noise, dan kapan](02_forward.ipynb).
