# %% [markdown] key="title" lang="en"
# # 9 · Classifier-free guidance: asking louder
#
# So far we handed the network a label and took what came. Hardly any program that draws pictures from a sentence does that. It asks the network twice at every step, once with the sentence and once without, and then goes *further* than the network said. One number says how much further.
#
# This chapter takes the number apart: where it comes from (sections 2 and 3), why three texts give it three meanings (4), what it does to the arrows (5), what the sampler then really draws, which is not what is usually written (6), what it buys and what it costs (7 to 10).
#
# **First, turn the dial.** `small-unet` is a weak network of this course: few weights, a short training. Three rows of digits, from the same noise, with the same labels 0 to 9, in ten steps. Only the number $w$ differs; nothing is trained in between. Above the rows, the accuracy: the share of 100 such digits that the small classifier of chapter 6 reads as their label.
#
# **Commit before you run:** from the first row to the third, (a) the same digits get cleaner, (b) other digits appear, (c) hardly anything changes?

# %% [markdown] key="title" lang="id" ref="61689209"
# # 9 · Classifier-free guidance: meminta lebih lantang
#
# Selama ini kita menyodorkan label kepada jaringan, lalu menerima apa pun yang keluar. Program yang menggambar dari sebuah kalimat hampir tidak ada yang bekerja begitu. Di setiap langkah program itu bertanya dua kali kepada jaringan, sekali dengan kalimatnya dan sekali tanpa kalimat, lalu pergi *lebih jauh* daripada jawaban jaringan. Seberapa jauh, ditentukan oleh satu bilangan.
#
# Bab ini membongkar bilangan itu: dari mana asalnya (bagian 2 dan 3), mengapa tiga teks memberinya tiga arti (4), apa akibatnya bagi panah-panah (5), apa yang sebenarnya digambar sampler, yang lain dari yang biasa ditulis orang (6), apa yang kita peroleh dan berapa ongkosnya (7 sampai 10).
#
# **Pertama-tama, putar tombolnya.** `small-unet` adalah jaringan yang lemah di kursus ini: bobotnya sedikit, pelatihannya singkat. Tiga baris angka, dari noise (derau) yang sama, dengan label yang sama, 0 sampai 9, dalam sepuluh langkah. Yang berbeda hanya bilangan $w$; di antaranya tidak ada yang dilatih. Di atas barisnya tercantum akurasi: bagian dari 100 angka seperti itu yang dibaca pengklasifikasi kecil dari Bab 6 sesuai labelnya.
#
# **Putuskan dulu sebelum menjalankan sel:** dari baris pertama ke baris ketiga, (a) angka yang sama menjadi lebih bersih, (b) muncul angka lain, (c) hampir tidak ada yang berubah?

# %% [markdown] key="title" lang="ko" ref="61689209"
# # 9 · 분류기 없는 가이던스: 더 크게 부탁하기
#
# 지금까지는 신경망에 레이블을 건네고 나오는 대로 받았습니다. 문장을 받아 그림을 그리는 프로그램 가운데 그렇게 하는 것은 거의 없습니다. 단계마다 신경망에 두 번 묻습니다. 한 번은 문장을 주고, 한 번은 주지 않습니다. 그러고는 신경망이 말한 것보다 *더 멀리* 갑니다. 얼마나 더 갈지는 수 하나가 정합니다.
#
# 이 장은 그 수를 뜯어봅니다. 어디에서 왔는지(2절과 3절), 왜 글 세 편에서 뜻이 셋인지(4절), 화살표에 무슨 일을 하는지(5절), 그래서 샘플러가 실제로 그리는 것은 무엇인지를 봅니다. 그것은 흔히 적혀 있는 것과 다릅니다(6절). 그다음에는 무엇을 얻고 무엇을 치르는지 봅니다(7절부터 10절까지).
#
# **먼저 손잡이를 돌려 봅시다.** `small-unet`은 이 강의의 약한 신경망입니다. 가중치가 적고 학습도 짧았습니다. 숫자가 세 줄 나옵니다. 노이즈가 같고, 레이블도 0부터 9까지로 같고, 열 단계로 그리는 것도 같습니다. 다른 것은 수 $w$뿐이고, 중간에 다시 학습하지도 않습니다. 함께 출력하는 정확도는 그렇게 그린 숫자 100장 가운데 6장의 작은 분류기가 레이블대로 읽은 비율입니다.
#
# **실행하기 전에 답을 정하십시오.** 첫째 줄에서 셋째 줄로 가면 (a) 같은 숫자가 더 깨끗해지겠습니까, (b) 다른 숫자가 나타나겠습니까, (c) 거의 아무것도 달라지지 않겠습니까?

# %% key="first-imports"
import torch

from course_lib import checkpoints, data, figures, guidance, lang, metrics, samplers

net, small = (checkpoints.load(name, precision="fp32") for name in ("digits", "small-unet"))
schedule = net.schedule


def noise(*shape, seed, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def walk(model, x_T, S=10, step=samplers.ddim_step, seed=0):
    g = torch.Generator().manual_seed(seed)
    return samplers.final(samplers.sample(model, step, x_T, schedule, samplers.times(1000, S), g))


def draw(net, y, x_T, **how):
    return walk(guidance.guide(net, y, **how), x_T)

# %% key="first-rows"
y100, x_T100 = torch.arange(100) % 10, noise(100, 1, 28, 28, seed=3)
drawn = {}
for w in (0, 1, 4):
    drawn[w] = draw(small, y100, x_T100, w=w)
    print(f"w={w}  accuracy {metrics.accuracy(drawn[w].clamp(-1, 1), y100):.2f}")
rows = [x[:10].clamp(-1, 1) for x in drawn.values()]
titles = [f"$y={k}$" for k in range(10)]
figures.show(figures.grid(rows, titles, [f"$w={w}$" for w in drawn], size=0.8), "alt.guidance.first")

# %% [markdown] key="why" lang="en"
# (a), with a surprise: the strokes get fuller and the digits more *ordinary*. Broken ones are mended, and odd ones are straightened as well. Hold on to that second half of the sentence; no single row shows what it costs.
#
# ## 1 · Why the label alone is not enough
#
# One reason you have just seen: a weak network draws what it half knows. But suppose the network were perfect. It would give back what the data say about the label, and labels are careless. Captions of pictures in the wild name things that are not in the picture, and leave out most that are.
#
# A toy for the whole chapter: numbers near $-1$ and $+1$, half of them each, standard deviation 0.3. Somebody has put the label “+” on some of them, and was right nine times out of ten:
#
# $$p(x)=\tfrac12\,\mathcal N(-1,\,0.3^2)+\tfrac12\,\mathcal N(1,\,0.3^2),\qquad p(x\mid y)=0.1\;\mathcal N(-1,\,0.3^2)+0.9\;\mathcal N(1,\,0.3^2)$$
#
# For both the perfect noise predictor is known (`Mixture.optimal_eps`, chapter 1). As in chapter 7 the walk starts at evenly spaced quantiles of $x_T$, so that no luck is involved.
#
# **Commit:** ask the perfect network for “+”, plainly. What share of the numbers comes out positive?

# %% [markdown] key="why" lang="id" ref="53f0f435"
# (a), dengan satu kejutan: goresannya makin penuh dan angkanya makin *biasa*. Yang patah dibetulkan, tetapi yang unik pun ikut diluruskan. Ingat baik-baik separuh kedua kalimat itu; ongkosnya tidak tampak pada satu baris mana pun.
#
# ## 1 · Mengapa label saja tidak cukup
#
# Satu alasannya baru saja kita lihat: jaringan yang lemah menggambar apa yang baru setengah dikuasainya. Tetapi andaikan jaringannya sempurna. Ia akan memberikan kembali apa yang dikatakan data tentang label itu, padahal label sering ditempelkan sembarangan. Keterangan gambar di dunia nyata menyebut hal-hal yang tidak ada di gambarnya, dan melewatkan sebagian besar yang ada.
#
# Satu mainan untuk seluruh bab ini: bilangan di dekat $-1$ dan $+1$, masing-masing separuh, simpangan baku 0.3. Seseorang menempelkan label “+” pada sebagian darinya, dan sembilan dari sepuluh kali ia benar:
#
# $$p(x)=\tfrac12\,\mathcal N(-1,\,0.3^2)+\tfrac12\,\mathcal N(1,\,0.3^2),\qquad p(x\mid y)=0.1\;\mathcal N(-1,\,0.3^2)+0.9\;\mathcal N(1,\,0.3^2)$$
#
# Untuk keduanya, penebak noise yang sempurna diketahui (`Mixture.optimal_eps`, Bab 1). Seperti di Bab 7, perjalanan berangkat dari kuantil-kuantil $x_T$ yang berjarak rata, jadi tidak ada unsur untung-untungan.
#
# **Putuskan dulu:** minta “+” kepada jaringan yang sempurna, begitu saja, tanpa tambahan. Berapa bagian dari bilangan yang keluar bernilai positif?

# %% [markdown] key="why" lang="ko" ref="53f0f435"
# (a)입니다. 그런데 뜻밖의 일이 하나 딸려 옵니다. 획이 실해지면서 숫자가 더 *평범해집니다*. 망가진 숫자가 고쳐지는데, 별난 숫자까지 반듯하게 펴집니다. 이 문장의 뒷부분을 기억해 두십시오. 무엇을 치렀는지는 어느 한 줄만 보아서는 드러나지 않습니다.
#
# ## 1 · 레이블만으로는 왜 모자랍니까?
#
# 한 가지 까닭은 방금 보았습니다. 약한 신경망은 어설프게 아는 것을 그립니다. 그러면 신경망이 완벽하다고 해 봅시다. 그 신경망은 데이터가 레이블을 두고 하는 말을 그대로 되돌려 줄 텐데, 레이블이란 꼼꼼하지 못한 것입니다. 세상에 떠도는 그림 설명에는 그림에 없는 것이 적혀 있고, 있는 것은 대부분 빠져 있습니다.
#
# 이 장 내내 쓸 작은 예를 하나 마련합시다. $-1$과 $+1$ 근처의 수가 절반씩이고, 표준편차는 0.3입니다. 누군가 그 일부에 “+”라는 레이블을 붙였는데, 열 번에 아홉 번은 옳았습니다.
#
# $$p(x)=\tfrac12\,\mathcal N(-1,\,0.3^2)+\tfrac12\,\mathcal N(1,\,0.3^2),\qquad p(x\mid y)=0.1\;\mathcal N(-1,\,0.3^2)+0.9\;\mathcal N(1,\,0.3^2)$$
#
# 두 밀도 모두 완벽한 노이즈 예측을 알고 있습니다(`Mixture.optimal_eps`, 1장). 7장에서처럼 걸음은 $x_T$의 고른 분위수에서 출발하므로 운이 끼어들지 않습니다.
#
# **답을 먼저 정하십시오.** 완벽한 신경망에 “+”를 그냥 부탁합니다. 나온 수 가운데 양수는 얼마나 되겠습니까?

# %% key="why-toy"
from course_lib import gaussians

wide = torch.float64
two = torch.tensor([[-1.0], [1.0]], dtype=wide)
pair_u, pair_c = gaussians.Mixture([0.5, 0.5], two, 0.3), gaussians.Mixture([0.1, 0.9], two, 0.3)
toy_u, toy_c = pair_u.optimal_eps(schedule), pair_c.optimal_eps(schedule)
even = torch.special.ndtri((torch.arange(2000, dtype=wide) + 0.5) / 2000)[:, None]

plain = {"p(x)": walk(toy_u, even, S=250), "p(x|y)": walk(toy_c, even, S=250)}
for name, x in plain.items():
    print(f"{name:6s} P(x>0) {(x > 0).double().mean():.4f}")

# %% [markdown] key="dropout" lang="en"
# Nine in ten (0.8995; what is missing is the error of 250 steps). The tenth is no failure: it *is* what the data say. Whoever asks for “+” wants something else, namely what the label means, or even a particularly clear case of it. That is a wish beyond the data, and a network which imitates the data will not fulfil it by itself. Guidance is a way to ask for more than there is.
#
# ## 2 · One network, two models
#
# Guidance needs two answers: with the label and without. Two lecture notes go with us through this chapter, A and B. Note A says “train both conditional and unconditional models jointly!”, and where the formula should be it has an empty place. Note B says it better: it is *one* network, and in training the label is now and then hidden.
#
# Ho & Salimans 2022, Algorithm 1, in our letters. It is the training of chapter 4 with one line more:
#
# | line | in words |
# | --- | --- |
# | 1 | repeat |
# | 2 | an image and its label $(x_0,y)$ |
# | 3 | with probability $p$, put the null label $\varnothing$ in the place of $y$ |
# | 4 | $t$ uniform on $1,\dots,T$ and $\epsilon\sim\mathcal N(0,I)$ |
# | 5 | $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$ |
# | 6 | a gradient step on $\lVert\epsilon-\epsilon_\theta(x_t,t,y)\rVert^2$ |
# | 7 | until it has converged |
#
# The paper tried $p=0.1$, 0.2 and 0.5; the first two did equally well, 0.5 worse (section 4.2 there). Our digits had $p=0.1$. The null label is an eleventh row in the table of label vectors, number 10 (chapter 5).
#
# ### Exercise: hide the label
#
# Write line 3 for a batch, `drop_labels(y, null, p, u)`. `y` holds the labels, `u` one uniform random number in $[0,1)$ for each of them, drawn beforehand. Give back the labels, each one with $u<p$ replaced by the number `null`; leave `y` itself as it is. (`solution("guidance.drop_labels")` in a new cell shows ours.)

# %% [markdown] key="dropout" lang="id" ref="37d45bbf"
# Sembilan dari sepuluh (0.8995; yang kurang adalah galat dari 250 langkah). Yang kesepuluh bukan kegagalan: memang *itulah* yang dikatakan data. Siapa pun yang meminta “+” menghendaki hal lain, yaitu apa yang dimaksud label itu, bahkan contohnya yang paling jelas. Keinginan itu melampaui data, dan jaringan yang meniru data tidak akan memenuhinya dengan sendirinya. Guidance adalah cara meminta lebih daripada yang ada.
#
# ## 2 · Satu jaringan, dua model
#
# Guidance memerlukan dua jawaban: dengan label dan tanpa label. Dua catatan kuliah menemani kita di bab ini, A dan B. Catatan A berkata “latihlah model bersyarat dan model tak bersyarat bersama-sama!”, dan di tempat rumusnya seharusnya berada, halamannya kosong. Catatan B menjelaskannya lebih baik: jaringannya *satu*, dan dalam pelatihan labelnya sesekali disembunyikan.
#
# Ho & Salimans 2022, Algoritme 1, dengan huruf kita. Isinya pelatihan dari Bab 4, ditambah satu baris:
#
# | baris | dengan kata-kata |
# | --- | --- |
# | 1 | ulangi |
# | 2 | sebuah gambar dan labelnya $(x_0,y)$ |
# | 3 | dengan peluang $p$, taruh label kosong $\varnothing$ di tempat $y$ |
# | 4 | $t$ tersebar rata pada $1,\dots,T$ dan $\epsilon\sim\mathcal N(0,I)$ |
# | 5 | $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$ |
# | 6 | satu langkah gradien pada $\lVert\epsilon-\epsilon_\theta(x_t,t,y)\rVert^2$ |
# | 7 | sampai konvergen |
#
# Makalah itu mencoba $p=0.1$, 0.2, dan 0.5; dua yang pertama sama baiknya, 0.5 lebih buruk (bagian 4.2 di sana). Jaringan angka kita memakai $p=0.1$. Label kosong adalah baris kesebelas dalam tabel vektor label, nomor 10 (Bab 5).
#
# ### Latihan: sembunyikan labelnya
#
# Tulis baris 3 untuk satu batch, `drop_labels(y, null, p, u)`. `y` berisi label-labelnya, `u` satu bilangan acak seragam dalam $[0,1)$ untuk masing-masing, yang sudah diambil sebelumnya. Kembalikan label-label itu, dengan setiap label yang $u<p$ diganti bilangan `null`; `y` sendiri jangan diubah. (`solution("guidance.drop_labels")` di sel baru menampilkan versi kursus ini.)

# %% [markdown] key="dropout" lang="ko" ref="37d45bbf"
# 열에 아홉입니다(0.8995이고, 끝자리가 어긋난 것은 250단계로 걸었기 때문입니다). 나머지 하나는 실패가 아닙니다. 데이터가 *바로* 그렇게 말합니다. 그러나 “+”를 부탁하는 사람이 바라는 것은 다릅니다. 레이블이 뜻하는 바로 그것, 어쩌면 그 가운데서도 유난히 또렷한 것을 바랍니다. 데이터를 넘어서는 바람이므로, 데이터를 흉내 내는 신경망이 스스로 들어주지는 않습니다. 가이던스는 있는 것보다 더 많은 것을 부탁하는 방법입니다.
#
# ## 2 · 신경망 하나, 모델 둘
#
# 가이던스에는 답이 두 가지 필요합니다. 레이블이 있을 때의 답과 없을 때의 답입니다. 이 장에서는 강의 노트 두 편을 함께 읽습니다. A와 B라고 부르겠습니다. 노트 A에는 “조건부 모델과 비조건부 모델을 함께 학습하라!”라고 적혀 있고, 식이 있어야 할 자리는 비어 있습니다. 노트 B의 설명이 더 낫습니다. 신경망은 *하나*이고, 학습하는 동안 이따금 레이블을 가립니다.
#
# Ho & Salimans 2022의 알고리즘 1을 우리 글자로 옮기면 다음과 같습니다. 4장의 학습에 한 줄을 더했을 뿐입니다.
#
# | 줄 | 말로 하면 |
# | --- | --- |
# | 1 | 되풀이한다 |
# | 2 | 이미지와 그 레이블 $(x_0,y)$를 뽑는다 |
# | 3 | 확률 $p$로 $y$의 자리에 빈 레이블 $\varnothing$을 넣는다 |
# | 4 | $t$를 $1,\dots,T$에서 고르게, $\epsilon\sim\mathcal N(0,I)$를 뽑는다 |
# | 5 | $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$ |
# | 6 | $\lVert\epsilon-\epsilon_\theta(x_t,t,y)\rVert^2$을 줄이는 쪽으로 한 스텝 간다 |
# | 7 | 수렴할 때까지 |
#
# 논문은 $p=0.1$, 0.2, 0.5를 시험했습니다. 앞의 둘은 똑같이 좋았고 0.5는 그보다 못했습니다(논문의 4.2절). 우리 숫자 모델은 $p=0.1$로 학습했습니다. 빈 레이블(null label)은 레이블 벡터의 표에서 열한째 행이고, 번호는 10입니다(5장).
#
# ### 연습문제: 레이블 가리기
#
# 배치에 대해 3번 줄을 함수 `drop_labels(y, null, p, u)`로 작성하십시오. `y`에는 레이블이 들어 있고, `u`에는 레이블마다 하나씩 $[0,1)$에서 고르게 미리 뽑아 둔 난수가 들어 있습니다. $u<p$인 자리만 수 `null`로 바꾼 새 텐서를 돌려주고, `y` 자체는 그대로 두십시오. (새 셀에서 `solution("guidance.drop_labels")`를 실행하면 강의의 풀이를 볼 수 있습니다.)

# %% key="ex-drop" exercise="guidance.drop_labels"
from course_lib.exercises import check, solution


def drop_labels(y, null, p, u):
    ### BEGIN SOLUTION
    return torch.where(u < p, torch.full_like(y, null), y)
    ### END SOLUTION

# %% key="check-drop" check="guidance.drop_labels"
check("guidance.drop_labels", drop_labels)

# %% [markdown] key="null-task" lang="en"
# What does a network learn to say where the label is hidden? The squared error is smallest for the mean (chapter 4), so the best answer is the mean over all labels that are possible for this $x_t$:
#
# $$\epsilon_\theta(x_t,t,\varnothing)=\sum_y p(y\mid x_t)\;\epsilon_\theta(x_t,t,y)$$
#
# That *is* the perfect unconditional model. Check it on five blobs on a circle (chapter 4), each blob a label: at four timesteps, 200 points each, the mean of the five conditional answers against the answer of the model of all.
#
# On the digits no exact answer is known. But one can ask what the label is *worth*: noise 50 test digits, and let the network name the noise with the right label, with none, and with a wrong one.
#
# **Commit:** at which $t$ does the right label help most, in percent of the error: at $t=50$, where the digit can still be seen, at 600, or at 950, where hardly a trace of it is left? And does a wrong label hurt more than no label?

# %% [markdown] key="null-task" lang="id" ref="6ff67f87"
# Jawaban apa yang dipelajari jaringan kalau labelnya tersembunyi? Galat kuadrat paling kecil pada rata-rata (Bab 4), jadi jawaban terbaiknya adalah rata-rata atas semua label yang mungkin bagi $x_t$ ini:
#
# $$\epsilon_\theta(x_t,t,\varnothing)=\sum_y p(y\mid x_t)\;\epsilon_\theta(x_t,t,y)$$
#
# Dan *itulah* model tak bersyarat yang sempurna. Periksalah pada lima gumpalan yang tersusun melingkar (Bab 4), setiap gumpalan satu label: pada empat timestep (langkah waktu), masing-masing 200 titik, rata-rata kelima jawaban bersyarat dibandingkan dengan jawaban model untuk semuanya.
#
# Untuk angka, jawaban eksaknya tidak diketahui. Tetapi kita dapat bertanya berapa *harga* sebuah label: beri noise pada 50 angka uji, lalu suruh jaringan menebak noise-nya dengan label yang benar, tanpa label, dan dengan label yang salah.
#
# **Putuskan dulu:** pada $t$ mana label yang benar paling menolong, dalam persen dari galatnya: pada $t=50$, ketika angkanya masih terlihat, pada 600, atau pada 950, ketika jejaknya hampir tidak tersisa? Dan apakah label yang salah lebih merugikan daripada tanpa label?

# %% [markdown] key="null-task" lang="ko" ref="6ff67f87"
# 레이블이 가려진 곳에서 신경망은 무엇이라고 답하게 됩니까? 제곱 오차를 가장 작게 하는 것은 평균입니다(4장). 그러므로 가장 좋은 답은 이 $x_t$에서 있을 수 있는 모든 레이블에 대한 평균입니다.
#
# $$\epsilon_\theta(x_t,t,\varnothing)=\sum_y p(y\mid x_t)\;\epsilon_\theta(x_t,t,y)$$
#
# 이것이 *바로* 완벽한 비조건부 모델입니다. 원 위의 덩어리 다섯 개(4장)에서 덩어리 하나하나를 레이블로 삼아 확인해 봅시다. 타임스텝 네 곳에서 점 200개씩, 조건부 답 다섯 개의 평균을 전체 모델의 답과 비교합니다.
#
# 숫자 그림에서는 정확한 답을 알 수 없습니다. 그래도 레이블의 *값어치*는 물어볼 수 있습니다. 시험용 숫자 50장에 노이즈를 넣고, 신경망에 옳은 레이블을 줄 때, 아무 레이블도 주지 않을 때, 틀린 레이블을 줄 때 저마다 노이즈를 알아맞히게 합니다.
#
# **답을 먼저 정하십시오.** 오차의 백분율로 볼 때 옳은 레이블이 가장 크게 도움이 되는 $t$는 어디입니까? 숫자가 아직 보이는 $t=50$입니까, 600입니까, 자취가 거의 남지 않은 950입니까? 그리고 틀린 레이블은 레이블이 없는 것보다 더 해롭습니까?

# %% key="null-mean"
from course_lib import forward

angle = torch.arange(5) * 2 * torch.pi / 5 + torch.pi / 2
centres = 1.5 * torch.stack([angle.cos(), angle.sin()], 1).double()
ring = gaussians.Mixture(torch.ones(5), centres, 0.3)
blobs = [gaussians.Mixture([1.0], centres[k : k + 1], 0.3) for k in range(5)]
for t in (1, 300, 700, 1000):
    x_t, at = ring.diffused(t, schedule).sample(200, torch.Generator().manual_seed(t)), torch.full((200,), t)
    log_p = torch.stack([b.diffused(t, schedule).log_prob(x_t) for b in blobs], 1)
    each = torch.stack([b.optimal_eps(schedule)(x_t, at) for b in blobs], 1)
    mean = (log_p.softmax(1)[..., None] * each).sum(1)
    gap = (mean - ring.optimal_eps(schedule)(x_t, at)).abs().max()
    print(f"t={t:4d}  max p(y|x_t) {log_p.softmax(1).max(1).values.mean():.3f}  gap {gap:.0e}")
    assert gap < 1e-10

# %% key="null-digits"
test_x, test_y = (part[:50] for part in data.digits("test"))
eps = noise(50, 1, 28, 28, seed=1)
asked = {"y": test_y, "∅": torch.full_like(test_y, net.classes), "y+1": (test_y + 1) % 10}
for t in (50, 400, 600, 950):
    x_t = forward.q_sample(test_x, t, eps, schedule)
    with torch.no_grad():
        mse = {name: (net(x_t, t, y) - eps).square().mean() for name, y in asked.items()}
    said = "  ".join(f"{name} {error:.6f}" for name, error in mse.items())
    print(f"t={t:3d}  MSE {said}  ∅/y {mse['∅'] / mse['y']:.2f}  (y+1)/y {mse['y+1'] / mse['y']:.2f}")

# %% [markdown] key="untrained-task" lang="en"
# The gaps on the blobs are rounding. (The column beside them says how sure one can be of the label, on average: certain at $t=1$, hardly better than one in five at 1000.)
#
# On the digits the label helps most at $t=950$: without it the error is 1.30 times as large (column ∅/y). At 600 it is 1.27 times as large, at 50 practically as large, 1.00: there the network sees which digit it is. (In itself the error at 950 is tiny, since nearly everything in $x_t$ is noise.) And yes, a wrong label is worse than none.
#
# So the null row has been trained, on about every tenth image. What if somebody skips line 3? The network then never meets $\varnothing$, and its row keeps its random starting values. Put such values there and draw.
#
# **Commit:** at $w=-1$ the null row answers alone, at $w=0$ it is not asked, at $w=2$ it is subtracted. Which of the three are spoilt, and does anything warn you?

# %% [markdown] key="untrained-task" lang="id" ref="d30fa115"
# Selisih pada gumpalan hanya pembulatan. (Kolom di sampingnya menyatakan seberapa yakin, rata-rata, kita boleh tentang labelnya: pasti pada $t=1$, hampir tidak lebih baik daripada satu dari lima pada 1000.)
#
# Pada angka, label paling menolong pada $t=950$: tanpa label, galatnya menjadi 1.30 kali (kolom ∅/y). Pada 600 galatnya menjadi 1.27 kali, pada 50 praktis sama, 1.00: di sana jaringan sudah melihat angka apa itu. (Galat pada 950 itu sendiri kecil sekali, sebab hampir seluruh $x_t$ adalah noise.) Dan memang, label yang salah lebih buruk daripada tanpa label.
#
# Jadi baris label kosong itu memang dilatih, kira-kira pada satu dari sepuluh gambar. Bagaimana kalau ada yang melewatkan baris 3? Jaringan itu tidak pernah bertemu $\varnothing$, dan barisnya tetap berisi nilai awal yang acak. Mari kita taruh nilai seperti itu di sana, lalu menggambar.
#
# **Putuskan dulu:** pada $w=-1$ baris label kosong menjawab sendirian, pada $w=0$ ia tidak ditanya, pada $w=2$ ia dikurangkan. Mana dari ketiganya yang rusak, dan adakah yang memperingatkan kita?

# %% [markdown] key="untrained-task" lang="ko" ref="d30fa115"
# 덩어리에서 나온 차이는 반올림 오차입니다. (그 옆의 열은 레이블을 평균 얼마나 확신할 수 있는지를 보여 줍니다. $t=1$에서는 틀림없고, 1000에서는 다섯에 하나를 찍는 것보다 나을 것이 거의 없습니다.)
#
# 숫자 그림에서 레이블이 가장 크게 도움이 되는 곳은 $t=950$입니다. 레이블을 빼면 오차가 1.30배가 됩니다(∅/y 열). 600에서는 1.27배, 50에서는 1.00배로 거의 그대로입니다. 거기서는 어떤 숫자인지 신경망의 눈에 보이기 때문입니다. (950의 오차 자체는 아주 작습니다. $x_t$가 거의 다 노이즈이기 때문입니다.) 그리고 틀린 레이블은 정말 없느니만 못합니다.
#
# 그러니까 빈 레이블의 행은 이미지 열 장에 한 장꼴로 학습한 것입니다. 누군가 3번 줄을 빠뜨리면 어떻게 됩니까? 신경망은 $\varnothing$을 한 번도 만나지 못하고, 그 행에는 무작위로 정한 시작값이 그대로 남습니다. 그런 값을 넣고 그려 봅시다.
#
# **답을 먼저 정하십시오.** $w=-1$에서는 그 행이 혼자 답하고, $w=0$에서는 그 행에 묻지 않고, $w=2$에서는 그 답을 뺍니다. 셋 가운데 어느 것이 망가지겠습니까? 그리고 그것을 알려 주는 경고가 있겠습니까?

# %% key="untrained"
import copy

never = copy.deepcopy(small)
with torch.no_grad():
    never.net.label.weight[small.classes] = noise(64, seed=4)
    assert torch.equal(never(x_T100, 500, y100), small(x_T100, 500, y100))
y40, x_T40, rows = y100[:40], x_T100[:40], {}
for w in (-1, 2):
    for name, model in (("Alg. 1", small), ("$p=0$", never)):
        x = draw(model, y40, x_T40, w=w).clamp(-1, 1)
        rows[f"{name}, $w={w}$"] = x[:10]
        read = metrics.accuracy(x, y40)
        print(f"{name.strip('$'):6s} w={w:2d}  accuracy {read:.2f}  FD {metrics.frechet(x):5.2f}")
figures.show(figures.grid(list(rows.values()), row_titles=list(rows), size=0.8), "alt.guidance.untrained")

# %% [markdown] key="bayes" lang="en"
# At $w=0$ the answers agree to the last bit (asserted), and nothing warns you at any $w$. Only $w=-1$ is spoilt, and the eye hardly sees it: without a label this weak network draws poorly with either row. FD tells the two apart, 31.12 with random values in the null row against 13.07 with the trained row (the distance to real digits, smaller is closer); the accuracy means nothing here, since nobody asked for the labels. And $w=2$? 2.41 against 2.57: no harm done. To be led *away from* something bad often helps, and the bad need not be the mean over the labels: one can guide with a random label in the place of $\varnothing$ (Sadat et al. 2024), or with a worse copy of the network (Karras et al. 2024). What is lost is the meaning of the difference, which is the subject of the next section. Whether a null row was trained, only the recipe on the card can say (`checkpoints.card("digits")["recipe"]`: `label_dropout`).
#
# ## 3 · A classifier, hidden in a difference
#
# Why should the *difference* of the two answers be good for anything? Bayes' rule for the noisy image, in logarithms:
#
# $$\log p(x_t\mid y)=\log p(x_t)+\log p(y\mid x_t)-\log p(y)$$
#
# Take the gradient with respect to $x_t$; the last term does not depend on it. Chapter 8 says $\nabla\log p(x_t)=-\epsilon/\sqrt{1-\bar\alpha_t}$ for the perfect $\epsilon$, with the label and without. So
#
# $$\epsilon(x_t,t,y)-\epsilon(x_t,t,\varnothing)=-\sqrt{1-\bar\alpha_t}\;\nabla_{x_t}\log p(y\mid x_t)$$
#
# The difference of the two answers **is the gradient of a classifier**, one that reads noisy images. Before that, people trained such a classifier separately and put its gradient, times a scale, in the place of this difference (Dhariwal & Nichol 2021, Algorithm 2). Now the network is its own classifier; hence the name. Climb $\log p(x_t\mid y)$, and $w$ times more of $\log p(y\mid x_t)$ than it contains already:
#
# $$\epsilon_w=\epsilon(x_t,t,y)+w\,\big(\epsilon(x_t,t,y)-\epsilon(x_t,t,\varnothing)\big)=(1+w)\,\epsilon(x_t,t,y)-w\,\epsilon(x_t,t,\varnothing)$$
#
# which is eq. 6 of Ho & Salimans 2022. On the five blobs everything can be checked: the cell lets autograd take the gradient of the true $\log p(y\mid x_t)$ for the uppermost blob, at points from below the circle to above it.
#
# **Commit:** above the blob, on its far side, one can be certain of the label. How long is the difference there: (a) longest of all, (b) nearly zero?

# %% [markdown] key="bayes" lang="id" ref="3d9d81d7"
# Pada $w=0$ jawabannya sama sampai bit terakhir (sel itu memastikannya), dan pada $w$ mana pun tidak ada peringatan. Yang rusak hanya $w=-1$, dan mata hampir tidak melihatnya: tanpa label, jaringan lemah ini menggambar seadanya, dengan baris yang mana pun. FD membedakan keduanya, 31.12 dengan baris yang acak berbanding 13.07 dengan baris yang dilatih (jarak ke angka asli, makin kecil makin dekat); akurasi tidak berarti apa-apa di sini, sebab labelnya tidak ditanyakan. Dan $w=2$? 2.41 berbanding 2.57: tidak ada ruginya. Dituntun *menjauhi* sesuatu yang buruk sering menolong, dan yang buruk itu tidak harus rata-rata atas semua label: kita dapat memakai label acak di tempat $\varnothing$ (Sadat et al. 2024), atau salinan jaringan yang lebih buruk (Karras et al. 2024). Yang hilang adalah arti selisih itu, dan itulah pokok bagian berikutnya. Apakah baris label kosong pernah dilatih, hanya resep di kartunya yang tahu (`checkpoints.card("digits")["recipe"]`: `label_dropout`).
#
# ## 3 · Pengklasifikasi yang tersembunyi dalam selisih
#
# Mengapa *selisih* kedua jawaban itu ada gunanya? Aturan Bayes untuk gambar bernoise, dalam logaritma:
#
# $$\log p(x_t\mid y)=\log p(x_t)+\log p(y\mid x_t)-\log p(y)$$
#
# Ambil gradiennya terhadap $x_t$; suku terakhir tidak bergantung padanya. Bab 8 mengatakan $\nabla\log p(x_t)=-\epsilon/\sqrt{1-\bar\alpha_t}$ untuk $\epsilon$ yang sempurna, dengan label maupun tanpa label. Maka
#
# $$\epsilon(x_t,t,y)-\epsilon(x_t,t,\varnothing)=-\sqrt{1-\bar\alpha_t}\;\nabla_{x_t}\log p(y\mid x_t)$$
#
# Selisih kedua jawaban itu **adalah gradien sebuah pengklasifikasi**, yaitu pengklasifikasi yang membaca gambar bernoise. Dulu orang melatihnya secara terpisah, lalu menaruh gradiennya, dikalikan sebuah skala, di tempat selisih ini (Dhariwal & Nichol 2021, Algoritme 2). Sekarang jaringan itu menjadi pengklasifikasinya sendiri; dari situlah nama *classifier-free* (tanpa pengklasifikasi). Dakilah $\log p(x_t\mid y)$, lalu tambahkan $w$ kali $\log p(y\mid x_t)$ di atas yang sudah terkandung di dalamnya:
#
# $$\epsilon_w=\epsilon(x_t,t,y)+w\,\big(\epsilon(x_t,t,y)-\epsilon(x_t,t,\varnothing)\big)=(1+w)\,\epsilon(x_t,t,y)-w\,\epsilon(x_t,t,\varnothing)$$
#
# yaitu pers. 6 pada Ho & Salimans 2022. Pada kelima gumpalan semuanya dapat diperiksa: sel berikut menyuruh autograd menghitung gradien $\log p(y\mid x_t)$ yang sebenarnya untuk gumpalan paling atas, di titik-titik dari bawah lingkaran sampai ke atasnya.
#
# **Putuskan dulu:** di atas gumpalan itu, di sisi luarnya, labelnya sudah pasti. Seberapa panjang selisihnya di sana: (a) paling panjang, (b) hampir nol?

# %% [markdown] key="bayes" lang="ko" ref="3d9d81d7"
# $w=0$에서는 두 답이 마지막 비트까지 같고(셀이 확인합니다), 경고는 어느 $w$에서도 없습니다. 망가지는 것은 $w=-1$뿐인데, 눈으로는 거의 보이지 않습니다. 레이블이 없으면 이 약한 신경망은 어느 행으로 그려도 어설프기 때문입니다. 둘을 가르는 것은 FD(진짜 숫자까지의 거리이고, 작을수록 가깝습니다)입니다. 빈 레이블의 행에 무작위 값을 넣은 쪽이 31.12, 학습한 쪽이 13.07입니다. 정확도는 여기서 아무 뜻이 없습니다. 레이블을 부탁한 적이 없기 때문입니다. 그러면 $w=2$는 어떻습니까? 2.41 대 2.57로, 멀쩡합니다. 나쁜 것에서 *멀어지게* 이끌면 도움이 될 때가 많고, 그 나쁜 것이 꼭 레이블에 대한 평균이어야 하는 것도 아닙니다. $\varnothing$의 자리에 아무렇게나 고른 레이블을 넣고 이끌 수도 있고(Sadat et al. 2024), 같은 신경망을 더 나쁘게 학습한 것을 쓸 수도 있습니다(Karras et al. 2024). 잃는 것은 차가 지닌 뜻이고, 다음 절이 바로 그 이야기입니다. 빈 레이블의 행을 학습했는지는 카드에 적힌 학습 방법만이 알려 줍니다(`checkpoints.card("digits")["recipe"]`의 `label_dropout`).
#
# ## 3 · 차 속에 숨은 분류기
#
# 두 답의 *차*가 대체 왜 쓸모가 있습니까? 노이즈 낀 이미지에 대해 베이즈 정리를 로그로 적어 봅시다.
#
# $$\log p(x_t\mid y)=\log p(x_t)+\log p(y\mid x_t)-\log p(y)$$
#
# $x_t$로 미분해 기울기를 구하면 마지막 항은 사라집니다. 8장에 따르면 완벽한 $\epsilon$은 레이블이 있든 없든 $\nabla\log p(x_t)=-\epsilon/\sqrt{1-\bar\alpha_t}$를 만족합니다. 그러므로 다음이 나옵니다.
#
# $$\epsilon(x_t,t,y)-\epsilon(x_t,t,\varnothing)=-\sqrt{1-\bar\alpha_t}\;\nabla_{x_t}\log p(y\mid x_t)$$
#
# 두 답의 차는 **분류기의 기울기입니다**. 노이즈 낀 이미지를 읽는 분류기입니다. 예전에는 그런 분류기를 따로 학습하고, 그 기울기에 스케일을 곱해 이 차의 자리에 넣었습니다(Dhariwal & Nichol 2021, 알고리즘 2). 이제는 신경망 자신이 분류기 노릇을 합니다. 그래서 분류기 없는 가이던스(classifier-free guidance)라고 합니다. $\log p(x_t\mid y)$를 오르되, 거기에 이미 들어 있는 $\log p(y\mid x_t)$를 $w$배만큼 더 얹어 오릅시다.
#
# $$\epsilon_w=\epsilon(x_t,t,y)+w\,\big(\epsilon(x_t,t,y)-\epsilon(x_t,t,\varnothing)\big)=(1+w)\,\epsilon(x_t,t,y)-w\,\epsilon(x_t,t,\varnothing)$$
#
# Ho & Salimans 2022의 식 6입니다. 다섯 덩어리에서는 모두 확인할 수 있습니다. 셀은 맨 위 덩어리에 대해 참값 $\log p(y\mid x_t)$의 기울기를 자동 미분으로 구합니다. 점은 원의 아래쪽에서 위쪽까지 놓습니다.
#
# **답을 먼저 정하십시오.** 덩어리보다 더 위, 곧 바깥쪽에서는 레이블이 틀림없습니다. 거기서 차의 길이는 어떻습니까? (a) 가장 길다 (b) 길이가 거의 없다

# %% key="bayes-autograd"
def log_posterior(x, t):
    prior = torch.tensor(0.2, dtype=wide).log()
    joint = prior + blobs[0].diffused(t, schedule).log_prob(x)
    return joint - ring.diffused(t, schedule).log_prob(x)


eps_c, eps_u = blobs[0].optimal_eps(schedule), ring.optimal_eps(schedule)
for t in (100, 300, 600):
    root, worst = (1 - schedule.alpha_bar[t]) ** 0.5, 0.0
    for height in (-1.5, 0.0, 1.0, 1.5, 2.0):
        x = torch.tensor([[0.0, height]], dtype=wide, requires_grad=True)
        log_p = log_posterior(x, t)
        (slope,) = torch.autograd.grad(log_p.sum(), x)
        at = torch.tensor([t])
        difference = (eps_c(x, at) - eps_u(x, at)).detach()
        worst = max(worst, float((difference + root * slope).abs().max()))
        if t == 100:
            p, size = log_p.exp().item(), difference.norm()
            print(f"x_t=(0, {height:4.1f})  p(y|x_t) {p:.4f}  |c-u| {size:.4f}")
    print(f"t={t}  max|(c-u) + root * slope| {worst:.0e}")
    assert worst < 1e-9

# %% [markdown] key="secret-task" lang="en"
# (b): where the label is certain, nothing is left to gain, and guidance rests. It acts where the label is in *doubt*, and it points away from the other labels.
#
# And the digits? $\log p(y\mid x_t)$ is not on offer there, but the network can be asked in another way: noise a digit it has never seen, and let it name the noise ten times, once with each label. The label with the smallest error is its reading (Li et al. 2023; Clark & Jaini 2023).
#
# **Commit:** this network was trained to name noise and never to name digits. Of 50 unseen digits, how many does it read correctly at $t=500$?

# %% [markdown] key="secret-task" lang="id" ref="c4a17406"
# (b): di tempat labelnya pasti, tidak ada lagi yang dapat diraih, dan guidance beristirahat. Ia bekerja di tempat label masih *diragukan*, dan arahnya menjauhi label-label lain.
#
# Dan untuk angka? Di sana $\log p(y\mid x_t)$ tidak tersedia, tetapi jaringan dapat ditanya dengan cara lain: beri noise pada angka yang belum pernah dilihatnya, lalu suruh ia menebak noise itu sepuluh kali, sekali untuk setiap label. Label dengan galat terkecil adalah bacaannya (Li et al. 2023; Clark & Jaini 2023).
#
# **Putuskan dulu:** jaringan ini dilatih menebak noise dan tidak pernah dilatih menebak angka. Dari 50 angka yang belum pernah dilihatnya, berapa yang dibacanya dengan benar pada $t=500$?

# %% [markdown] key="secret-task" lang="ko" ref="c4a17406"
# (b)입니다. 레이블이 틀림없는 곳에서는 더 얻을 것이 없어 가이던스도 쉽니다. 가이던스는 레이블이 *확실하지 않은* 곳에서 일하고, 다른 레이블에서 멀어지는 쪽을 가리킵니다.
#
# 숫자 그림은 어떻습니까? 거기서는 $\log p(y\mid x_t)$를 구할 수 없지만, 신경망에 달리 물어볼 수는 있습니다. 본 적 없는 숫자에 노이즈를 넣고, 레이블을 하나씩 주면서 열 번 노이즈를 알아맞히게 합니다. 오차가 가장 작은 레이블이 신경망이 읽은 숫자입니다(Li et al. 2023, Clark & Jaini 2023).
#
# **답을 먼저 정하십시오.** 이 신경망은 노이즈를 알아맞히도록 학습했을 뿐, 숫자를 읽도록 학습한 적은 없습니다. 본 적 없는 숫자 50장 가운데 $t=500$에서 몇 장을 옳게 읽겠습니까?

# %% key="secret"
for t in (100, 500, 900):
    x_t, ten = forward.q_sample(test_x, t, eps, schedule), torch.arange(10)
    with torch.no_grad():
        answers = [net(x_t, t, torch.full((50,), k)) for k in ten]
    error = torch.stack([(a - eps).square().mean((1, 2, 3)) for a in answers], 1)
    print(f"t={t}  {(error.argmin(1) == test_y).sum()} / 50")

# %% [markdown] key="conventions" lang="en"
# Nearly all of them at $t=500$, with one noise only; worse where there is too little noise to tell the labels apart, and where there is too much to see the digit. The classifier is really in there.
#
# ## 4 · Three conventions, settled by a number
#
# Open three texts, and the dial has three scales.
#
# | who | formula | unconditional | plain | 7.5 on this scale is |
# | --- | --- | --- | --- | --- |
# | Ho & Salimans 2022, eq. 6; the formula of note B; this course | $(1+w)\,c-w\,u$ | $w=-1$ | $w=0$ | $w=7.5$ |
# | Imagen (Saharia et al. 2022, eq. 2, where it is called $w$ too); `guidance_scale` of Stable Diffusion and `diffusers`; the code of note B | $u+s\,(c-u)$ | $s=0$ | $s=1$ | $w=6.5$ |
# | the remark of note A | none: the formula is missing | “1.0: mostly ignore text” | ? | ? |
#
# ($c$ and $u$ for the answers with and without label.) The first two agree once one knows that
#
# $$s=1+w$$
#
# and note B prints the first as its formula, “$w$ usually 3 to 15”, and the second as its code, `guidance_scale=7.5`, without saying that these are two numbers. 3 to 15 is the usual range of $s$. (`diffusers` knows the trouble: its guiders have a switch `use_original_formulation`.)
#
# The third is the remark on “a cat wearing a hat”: $w=1.0$ mostly ignores the text, 7.5 follows it strongly, 15 very strongly at the cost of quality. **Commit:** under which of the two conventions does 1.0 ignore the text: the first, the second, both, neither?

# %% [markdown] key="conventions" lang="id" ref="c8aa99a9"
# Hampir semuanya pada $t=500$, dengan satu noise saja; lebih buruk kalau noise-nya terlalu sedikit untuk membedakan label, dan kalau terlalu banyak sehingga angkanya tidak terlihat. Pengklasifikasi itu benar-benar ada di dalam.
#
# ## 4 · Tiga konvensi, diputuskan oleh sebuah bilangan
#
# Buka tiga teks, dan tombol yang sama punya tiga skala.
#
# | siapa | rumus | tak bersyarat | bersyarat biasa | 7.5 pada skala ini berarti |
# | --- | --- | --- | --- | --- |
# | Ho & Salimans 2022, pers. 6; rumus dalam catatan B; kursus ini | $(1+w)\,c-w\,u$ | $w=-1$ | $w=0$ | $w=7.5$ |
# | Imagen (Saharia et al. 2022, pers. 2, yang juga menyebutnya $w$); `guidance_scale` pada Stable Diffusion dan `diffusers`; kode dalam catatan B | $u+s\,(c-u)$ | $s=0$ | $s=1$ | $w=6.5$ |
# | keterangan dalam catatan A | tidak ada: rumusnya hilang | “1.0: sebagian besar mengabaikan teks” | ? | ? |
#
# ($c$ dan $u$ adalah jawaban dengan dan tanpa label.) Kedua baris pertama cocok, asalkan kita tahu bahwa
#
# $$s=1+w$$
#
# dan catatan B mencetak yang pertama sebagai rumusnya, “$w$ biasanya 3 sampai 15”, dan yang kedua sebagai kodenya, `guidance_scale=7.5`, tanpa mengatakan bahwa keduanya bilangan yang berbeda. 3 sampai 15 adalah rentang yang lazim untuk $s$. (`diffusers` mengenal kerepotan ini: kelas-kelas guider-nya punya sakelar `use_original_formulation`.)
#
# Yang ketiga adalah keterangan tentang “kucing yang memakai topi”: $w=1.0$ sebagian besar mengabaikan teks, 7.5 mengikutinya dengan kuat, 15 sangat kuat dengan mengorbankan mutu. **Putuskan dulu:** menurut konvensi mana dari yang dua tadi 1.0 mengabaikan teks: yang pertama, yang kedua, keduanya, atau tidak satu pun?

# %% [markdown] key="conventions" lang="ko" ref="c8aa99a9"
# $t=500$에서는 노이즈 하나만으로 거의 모두 맞힙니다. 노이즈가 너무 적어 레이블끼리 차이가 나지 않는 곳과, 너무 많아 숫자가 보이지 않는 곳에서는 그보다 못합니다. 분류기가 정말 그 안에 있습니다.
#
# ## 4 · 세 가지 표기, 수 하나로 판가름하기
#
# 글 세 편을 펼치면 손잡이의 눈금도 세 가지입니다.
#
# | 누가 | 식 | 비조건부 | 보통의 조건부 | 이 눈금의 7.5는 |
# | --- | --- | --- | --- | --- |
# | Ho & Salimans 2022, 식 6. 노트 B의 식. 이 강의 | $(1+w)\,c-w\,u$ | $w=-1$ | $w=0$ | $w=7.5$ |
# | Imagen(Saharia et al. 2022, 식 2, 여기서도 글자는 $w$). Stable Diffusion과 `diffusers`의 `guidance_scale`. 노트 B의 코드 | $u+s\,(c-u)$ | $s=0$ | $s=1$ | $w=6.5$ |
# | 노트 A의 설명 | 없음. 식이 빠져 있음 | “1.0: 텍스트를 대체로 무시” | ? | ? |
#
# ($c$와 $u$는 레이블이 있을 때와 없을 때의 답입니다.) 앞의 둘은 다음 한 줄만 알면 서로 맞습니다.
#
# $$s=1+w$$
#
# 노트 B에는 식으로는 첫째가 “$w$는 보통 3에서 15”라는 말과 함께, 코드로는 둘째가 `guidance_scale=7.5`로 적혀 있습니다. 둘이 서로 다른 수라는 말은 없습니다. 3에서 15는 $s$에 흔히 쓰는 범위입니다. (`diffusers`도 이 사정을 압니다. 거기 있는 가이던스 클래스에는 `use_original_formulation`이라는 스위치가 있습니다.)
#
# 셋째는 “모자를 쓴 고양이”를 두고 한 설명입니다. $w=1.0$이면 텍스트를 대체로 무시하고, 7.5이면 잘 따르고, 15이면 품질을 내주면서 아주 철저히 따른다고 합니다. **답을 먼저 정하십시오.** 1.0이 텍스트를 무시한다는 말은 두 표기 가운데 어느 쪽에서 맞습니까? 첫째입니까, 둘째입니까, 둘 다입니까, 어느 쪽도 아닙니까?

# %% key="conventions-number"
def with_scale(c, u, s):
    return u + s * (c - u)


c, u = torch.tensor([[1.0]]), torch.tensor([[0.2]])
as_w, as_s = guidance.combine(c, u, 7.5), with_scale(c, u, 7.5)
print(f"c=1 u=0.2  w=7.5: {as_w.item():.1f}  s=7.5: {as_s.item():.1f}")
x_t, at = noise(64, 1, seed=2, dtype=wide), torch.full((64,), 400)
for w in (-1.0, -0.5, 0.0, 1.0, 7.5):
    c, u = toy_c(x_t, at), toy_u(x_t, at)
    assert (guidance.combine(c, u, w) - with_scale(c, u, guidance.to_scale(w))).abs().max() < 1e-12

share, toy = {}, {}
for s in (0.0, 1.0, 2.0, 7.5):
    w = guidance.from_scale(s)
    toy[w] = walk(guidance.guide_by(toy_c, toy_u, w), even, S=250)
    share[s] = float((toy[w] > 0).double().mean())
    print(f"s={s:.1f}  w={w:4.1f}  P(x>0) {share[s]:.4f}")
assert torch.equal(toy[0.0], plain["p(x|y)"]) and torch.equal(toy[-1.0], plain["p(x)"])
assert abs(share[1.0] - 0.9) < 0.001 and abs(share[0.0] - 0.5) < 0.001 and share[2.0] > 0.98

# %% [markdown] key="ex-combine-task" lang="en"
# Neither. $s=1$ gives the conditional model (asserted), with its 0.8995: the text is obeyed exactly as the data obey it. $w=1$ is $s=2$ and already guided, 0.9910. The text is ignored at $s=0$, which is $w=-1$: 0.5000. (On both scales 1 more is the same step, so a mix-up is always off by one. Between 7.5 and 6.5 no eye sees that; between 1 and 0 it is everything.)
#
# And the single numbers: $c=1$, $u=0.2$, “7.5” gives 7.0 or 6.2.
#
# ### Exercise: the formula
#
# Write `combine(conditional, unconditional, w)` in this course's convention: $w=0$ must give the conditional answer, $w=-1$ the unconditional one.

# %% [markdown] key="ex-combine-task" lang="id" ref="5ee4392e"
# Tidak satu pun. $s=1$ memberi model bersyarat (sel itu memastikannya), dengan 0.8995 tadi: teks dituruti persis seperti data menurutinya. $w=1$ adalah $s=2$ dan sudah memakai guidance, 0.9910. Teks baru diabaikan pada $s=0$, yaitu $w=-1$: 0.5000. (Pada kedua skala, tambah 1 adalah langkah yang sama, jadi kalau tertukar, melesetnya selalu satu. Antara 7.5 dan 6.5 tidak ada mata yang melihatnya; antara 1 dan 0, itu segalanya.)
#
# Lalu hitungan dengan satu bilangan: untuk $c=1$, $u=0.2$, “7.5” memberi 7.0 atau 6.2.
#
# ### Latihan: rumusnya
#
# Tulis `combine(conditional, unconditional, w)` dalam konvensi kursus ini: $w=0$ harus memberi jawaban bersyarat, $w=-1$ jawaban tak bersyarat.

# %% [markdown] key="ex-combine-task" lang="ko" ref="5ee4392e"
# 어느 쪽도 아닙니다. $s=1$은 조건부 모델이고(셀이 확인합니다), 0.8995가 나옵니다. 데이터가 텍스트를 따르는 딱 그만큼 따릅니다. $w=1$은 $s=2$이므로 이미 가이던스를 쓴 것이고, 0.9910입니다. 텍스트를 무시하는 것은 $s=0$, 곧 $w=-1$일 때이고, 0.5000입니다. (어느 눈금에서나 1만큼 늘리는 것은 같은 걸음이므로, 둘을 혼동하면 언제나 하나만큼 어긋납니다. 7.5와 6.5의 차이는 누구의 눈에도 보이지 않습니다. 1과 0의 차이는 전부입니다.)
#
# 그리고 낱낱의 수로 보면 $c=1$, $u=0.2$일 때 “7.5”에서 7.0이 나오기도 하고 6.2가 나오기도 합니다.
#
# ### 연습문제: 식
#
# 이 강의의 표기대로 `combine(conditional, unconditional, w)` 함수를 작성하십시오. $w=0$이면 조건부 답, $w=-1$이면 비조건부 답이 나와야 합니다.

# %% key="ex-combine" exercise="guidance.combine"
def combine(conditional, unconditional, w):
    ### BEGIN SOLUTION
    return conditional + w * (conditional - unconditional)
    ### END SOLUTION

# %% key="check-combine" check="guidance.combine"
check("guidance.combine", combine)

# %% [markdown] key="geometry" lang="en"
# ## 5 · Two arrows, and a third that is stretched
#
# Read as arrows, $-\epsilon$ points to where the sampler will go. $-u$ points to the data, $-c$ to the data with this label. The guided arrow starts at the same place and ends on the straight line through their tips: $w$ differences beyond the tip of $-c$. At $w=0$ it is $-c$, at $w=-1$ it is $-u$; between $-1$ and 0 it lies between the two; *beyond 0 it is an extrapolation*, and no data pull there.
#
# In the widget, the label is the uppermost of the five blobs, whose diffused density is shaded. 300 points walk from noise down to $t=0$ by DDIM. On a grid stand the three arrows, with the sign of the walk: $u$, $c$ and $\epsilon_w$.
#
# **Commit:** set $w$ to 6.5 and go to $t=0$. Where are the points: (a) in the blob, tighter, (b) in the blob as before, (c) outside, beyond it?

# %% [markdown] key="geometry" lang="id" ref="c730688a"
# ## 5 · Dua panah, dan panah ketiga yang direntangkan
#
# Dibaca sebagai panah, $-\epsilon$ menunjuk ke arah tujuan sampler. $-u$ menunjuk ke data, $-c$ ke data dengan label ini. Panah guidance berpangkal di tempat yang sama dan berujung pada garis lurus yang melalui ujung keduanya: $w$ kali selisihnya di luar ujung $-c$. Pada $w=0$ panah itu $-c$, pada $w=-1$ ia $-u$; antara $-1$ dan 0 letaknya di antara keduanya; *di atas 0 ia sebuah ekstrapolasi*, dan di sana tidak ada data yang menarik.
#
# Di widget ini, labelnya adalah gumpalan paling atas dari kelima gumpalan; densitas terdifusinya ditampilkan sebagai bayangan. 300 titik berjalan dengan DDIM dari noise sampai $t=0$. Di atas kisi berdiri ketiga panah, dengan tanda menurut arah perjalanan: $u$, $c$, dan $\epsilon_w$.
#
# **Putuskan dulu:** setel $w$ ke 6.5 dan pergi ke $t=0$. Di mana titik-titiknya: (a) di dalam gumpalan, lebih rapat, (b) di dalam gumpalan seperti semula, (c) di luar, melewatinya?

# %% [markdown] key="geometry" lang="ko" ref="c730688a"
# ## 5 · 화살표 두 개, 그리고 길게 늘인 셋째
#
# 화살표로 보면 $-\epsilon$은 샘플러가 갈 곳을 가리킵니다. $-u$는 데이터 쪽을, $-c$는 이 레이블이 붙은 데이터 쪽을 가리킵니다. 가이던스를 쓴 화살표는 같은 곳에서 출발해, 두 화살촉을 잇는 직선 위에서 끝납니다. $-c$의 끝에서 차의 $w$배만큼 더 간 곳입니다. $w=0$이면 $-c$이고, $w=-1$이면 $-u$이며, $-1$과 0 사이에서는 둘 사이에 놓입니다. *0을 넘으면 외삽*이고, 거기에는 끌어당기는 데이터가 없습니다.
#
# 위젯에서 레이블은 다섯 덩어리 가운데 맨 위의 것이고, 노이즈로 번진 그 밀도를 음영으로 나타냅니다. 점 300개가 노이즈에서 $t=0$까지 DDIM으로 걸어 내려옵니다. 격자에는 걷는 방향으로 부호를 맞춘 화살표 $u$, $c$, $\epsilon_w$ 세 개가 서 있습니다.
#
# **답을 먼저 정하십시오.** $w$를 6.5에 놓고 $t=0$으로 가 보십시오. 점들은 어디에 있겠습니까? (a) 덩어리 안에, 더 빽빽하게 (b) 덩어리 안에, 전과 같이 (c) 덩어리 밖에, 그 너머에

# %% key="geometry-walks"
from course_lib.widgets import field, lattice

strengths, window = [-1, -0.5, 0, 1, 3, 6.5], (-3.0, 3.0)
start = noise(300, 2, seed=0, dtype=wide)
clouds, ends = [], {}
for w in strengths:
    model = guidance.guide_by(eps_c, eps_u, w)
    states = list(samplers.sample(model, samplers.ddim_step, start, schedule, samplers.times(1000, 50)))
    shown = [state.t for state in states[::2]]
    clouds.append(torch.stack([state.x_t for state in states[::2]]))
    x, mine = states[-1].x_t, torch.cdist(states[-1].x_t, centres).argmin(1) == 0
    spread = x[mine].var(0).sum() ** 0.5
    far = ((x - centres[0]).norm(dim=1) > 0.6)[mine].double().mean()
    print(f"w={w:4.1f}  y {mine.double().mean():.3f}  |x| {x[mine].norm(dim=1).mean():.3f}", end="  ")
    print(f"std {spread:.3f}  > 0.6: {far:.3f}")
for k in (15, 25, 35, 40):
    t, x, at = states[k].t, states[k].x_t, torch.full((300,), states[k].t)
    print(f"w={w}  t={t}  |c-u| {(eps_c(x, at) - eps_u(x, at)).norm(dim=1).mean():.3f}")
clouds = torch.stack(clouds)

# %% key="geometry-widget"
at, cells = torch.from_numpy(lattice(window, 5)).double(), torch.from_numpy(lattice(window, 56)).double()
arrows = {"u": [], "c": []}
for t in (max(t, 1) for t in shown):
    t_at = torch.full((25,), t)
    arrows["u"].append(-eps_u(at, t_at))
    arrows["c"].append(-eps_c(at, t_at))
arrows = {name: torch.stack(each)[None] for name, each in arrows.items()}
ws = torch.tensor(strengths, dtype=wide).view(-1, 1, 1, 1)
arrows["eps_w"] = (1 + ws) * arrows["c"] - ws * arrows["u"]
guided = guidance.guide_by(eps_c, eps_u, strengths[-1])(at, torch.full((25,), shown[12]))
assert (arrows["eps_w"][-1, 12] + guided).abs().max() < 1e-12
density = torch.stack([blobs[0].diffused(t, schedule).log_prob(cells).exp().reshape(56, 56) for t in shown])
field(
    {"x_t": clouds}, {"w": strengths, "t": shown}, arrows={name: (at, v) for name, v in arrows.items()},
    density=density[None], limits=window, length=0.4, play="t", start={"w": 1, "t": 520},
    alt=lang.text("alt.guidance.field"),
)  # fmt: skip

# %% [markdown] key="tilt" lang="en"
# (c). Every point has the right label from $w=0$ on (column y). But the points leave the place where the data are: their mean distance from the centre of the circle grows from 1.529 to 2.438, and they crowd. The blob has its centre at 1.5 and a standard deviation of 0.3 in each direction (column std: both directions together); the last column counts the points that are more than two of these away. At $w=6.5$ it is all of them. **Guidance does not ask for the typical; it asks for what is least like the others.**
#
# Does guidance not rest where the label is certain? It does: on the way at $w=6.5$ the difference is 0.002 on average at $t=184$ (the last lines). But the pushing is done before, 0.223 at $t=490$, while the blurred blobs overlap and the label is in doubt. The last steps no longer bring the points back.
#
# ## 6 · What does the sampler really draw?
#
# The usual answer: the probability of the label is raised to a power, so that it counts for more. If $c$ and $u$ are the two gradients, then the guided one is the gradient of
#
# $$p_w(x)\propto p(x\mid y)^{1+w}\,p(x)^{-w}\;\propto\;p(x\mid y)\,\,p(y\mid x)^{w}$$
#
# the **tilted** density (Ho & Salimans 2022, section 3.1, who write “approximate samples”; many retell it without the first word). For the gradient at a single noise level it is true, and the cell checks it by autograd. Does a walk through all noise levels then draw from the tilted density of the data?
#
# Ask the toy. There the tilt does something very simple: it shifts weight from one heap to the other, and leaves the heaps where they are. For $w=1$ the weights become $0.9^2/0.5$ and $0.1^2/0.5$, scaled to add up to 1: the positive heap gets 0.988.
#
# **Commit:** and the walk? (a) the same, (b) the same heaps, other weights, (c) other heaps?

# %% [markdown] key="tilt" lang="id" ref="2cdfe0aa"
# (c). Mulai dari $w=0$ setiap titik mendapat label yang benar (kolom y). Tetapi titik-titik itu meninggalkan tempat datanya: rata-rata jaraknya dari pusat lingkaran naik dari 1.529 menjadi 2.438, dan titik-titik itu berdesakan. Pusat gumpalan berada di 1.5, simpangan bakunya 0.3 ke setiap arah (kolom std menggabungkan kedua arah); kolom terakhir menghitung titik yang lebih jauh daripada dua simpangan baku itu. Pada $w=6.5$ semuanya begitu. **Guidance tidak meminta yang lazim; ia meminta yang paling tidak menyerupai label-label lain.**
#
# Bukankah guidance beristirahat di tempat labelnya pasti? Memang: dalam perjalanan pada $w=6.5$ selisihnya rata-rata 0.002 pada $t=184$ (baris-baris terakhir). Tetapi dorongannya sudah terjadi sebelumnya, 0.223 pada $t=490$, selagi gumpalan-gumpalan yang kabur bertumpang tindih dan labelnya masih diragukan. Langkah-langkah terakhir tidak lagi membawa titik-titik itu kembali.
#
# ## 6 · Apa yang sebenarnya digambar sampler?
#
# Jawaban yang biasa: peluang labelnya dipangkatkan, supaya lebih berbobot. Kalau $c$ dan $u$ adalah kedua gradien, maka gradien dengan guidance adalah gradien dari
#
# $$p_w(x)\propto p(x\mid y)^{1+w}\,p(x)^{-w}\;\propto\;p(x\mid y)\,\,p(y\mid x)^{w}$$
#
# yaitu densitas **condong** (*tilted*) (Ho & Salimans 2022, bagian 3.1, yang menulis “sampel hampiran”; banyak yang menceritakannya lagi tanpa kata yang kedua). Untuk gradien pada satu tingkat noise, itu benar, dan sel berikut memeriksanya dengan autograd. Lalu apakah perjalanan melalui semua tingkat noise mengambil sampel dari densitas condong milik data?
#
# Tanyakan kepada mainan kita. Di sana densitas condong hanya melakukan hal yang sederhana: ia memindahkan bobot dari satu gundukan ke gundukan lain, dan membiarkan letak keduanya. Untuk $w=1$ bobotnya menjadi $0.9^2/0.5$ dan $0.1^2/0.5$, diskalakan supaya jumlahnya 1: gundukan positif mendapat 0.988.
#
# **Putuskan dulu:** dan perjalanannya? (a) Sama, (b) gundukan yang sama, bobot lain, (c) gundukan lain?

# %% [markdown] key="tilt" lang="ko" ref="2cdfe0aa"
# (c)입니다. $w=0$부터는 모든 점의 레이블이 옳습니다(y열). 그러나 점들은 데이터가 있는 곳을 떠납니다. 원의 중심에서 잰 거리의 평균이 1.529에서 2.438로 늘어나고, 점들은 한데 몰립니다. 덩어리는 중심이 1.5에 있고 어느 방향으로나 표준편차가 0.3입니다(std 열은 두 방향을 합친 것입니다). 마지막 열은 그 두 배보다 멀리 떨어진 점을 셉니다. $w=6.5$에서는 모든 점이 그렇습니다. **가이던스는 전형적인 것을 부탁하지 않습니다. 다른 것들과 가장 닮지 않은 것을 부탁합니다.**
#
# 레이블이 틀림없는 곳에서는 가이던스가 쉰다고 하지 않았습니까? 쉽니다. $w=6.5$로 걷는 동안 $t=184$에서 차의 길이는 평균 0.002입니다(마지막 몇 줄). 그러나 미는 일은 그전에, 번진 덩어리들이 아직 겹쳐 있어 레이블이 확실하지 않을 때 이미 끝났습니다. $t=490$에서는 0.223입니다. 마지막 단계들은 점들을 더는 데려오지 못합니다.
#
# ## 6 · 샘플러가 실제로 그리는 것은 무엇입니까?
#
# 흔히 듣는 답은 레이블의 확률을 거듭제곱해서 더 무겁게 친다는 것입니다. $c$와 $u$가 두 기울기라면, 가이던스를 쓴 것은 다음 밀도의 기울기입니다.
#
# $$p_w(x)\propto p(x\mid y)^{1+w}\,p(x)^{-w}\;\propto\;p(x\mid y)\,\,p(y\mid x)^{w}$$
#
# 이것이 **기울인 밀도**(tilted density)입니다(Ho & Salimans 2022, 3.1절. 거기에는 “근사적인 샘플”이라고 적혀 있는데, 옮기는 사람들은 흔히 앞말을 뺍니다). 노이즈 수준 하나에서는 기울기가 정말 그렇고, 셀이 자동 미분으로 확인합니다. 그러면 모든 노이즈 수준을 거쳐 걸어도 데이터의 기울인 밀도에서 뽑은 것이 됩니까?
#
# 작은 예로 알아봅시다. 거기서는 기울이는 일이 아주 단순합니다. 한 덩어리의 무게를 다른 덩어리로 옮길 뿐, 덩어리는 제자리에 둡니다. $w=1$이면 무게는 $0.9^2/0.5$와 $0.1^2/0.5$를 합이 1이 되도록 줄인 것이고, 양수 쪽 덩어리가 0.988을 차지합니다.
#
# **답을 먼저 정하십시오.** 그러면 걸음은 어떻습니까? (a) 똑같다 (b) 덩어리는 같고 무게가 다르다 (c) 덩어리가 다르다

# %% key="tilt-toy"
grid = torch.linspace(-2, 3, 2001, dtype=wide)[:, None]
print(f"{0.9**2 / (0.9**2 + 0.1**2):.3f}")
fig, ax = figures.axes("$x_0$", columns=2, size=(4.2, 2.8))
for one, w in zip(ax, (1.0, 6.5), strict=True):
    x = grid.clone().requires_grad_()
    log_tilted = guidance.tilted_log_prob(x, pair_c, pair_u, w)
    (slope,) = torch.autograd.grad(log_tilted.sum(), x)
    assert (slope - guidance.combine(pair_c.score(grid), pair_u.score(grid), w)).abs().max() < 1e-9
    p = log_tilted.detach().exp()
    p = p / p.sum()
    up, right = grid[:, 0] > 0, toy[w][toy[w] > 0]
    mean = (p * grid[:, 0])[up].sum() / p[up].sum()
    std = ((p * (grid[:, 0] - mean) ** 2)[up].sum() / p[up].sum()) ** 0.5
    print(f"w={w}  p_w   P(x>0) {p[up].sum():.4f}  mean {mean:.3f}  std {std:.3f}")
    above = (toy[w] > 0).double().mean()
    print(f"       DDIM  P(x>0) {above:.4f}  mean {right.mean():.3f}  std {right.std():.3f}")
    one.hist(toy[w][:, 0], 80, range=(-2, 3), density=True)
    one.plot(grid, p / (grid[1] - grid[0]), color="black", label="$p_w$")
    one.plot(grid, pair_c.log_prob(grid).exp(), label="$p(x|y)$")
    one.set_title(f"$w={w:g}$")
ax[0].legend()
figures.show(fig, "alt.guidance.tilt")

# %% [markdown] key="gauss-task" lang="en"
# (c). The share of positive numbers is close to what the tilt promises (0.9910 against 0.9876). But the heap has moved from 1 to 1.138 and is narrower; at $w=6.5$ it stands at 1.565, almost two standard deviations away from where data and tilt have it, with half the width (0.155).
#
# Why? What one adds up at noise level $t$ is $p_t(x\mid y)^{1+w}p_t(x)^{-w}$, the tilt *of the diffused densities*. What a sampler of the tilt would need there is the *diffused tilt*. Powers and blurring do not commute: in general these are two different densities at every $t>0$. A walk that follows the first has no reason to draw from the tilt in the end.
#
# One case can be computed to the end: data $\mathcal N(0,1)$, of which the label picks $\mathcal N(1,\sigma^2)$ with $\sigma=0.5$. The tilt is again a normal density. Its precision is the sum of the precisions, so
#
# $$\sigma_{\text{tilt}}=\left(\frac{1+w}{\sigma^2}-w\right)^{-1/2}$$
#
# And DDIM with many small steps? For one normal density its path keeps each point at the same number of standard deviations from the mean, so distances shrink like the standard deviation. The guided step is $1+w$ times the one minus $w$ times the other. A small step multiplies distances by some number, and the *logarithms* of these numbers go the same way: $1+w$ times the one minus $w$ times the other. So
#
# $$\sigma_{\text{DDIM}}=\sigma^{1+w}\cdot 1^{-w}=\sigma^{1+w}$$
#
# **Commit:** at $s=7.5$, that is $w=6.5$: the tilt has a standard deviation of 0.206. What does DDIM draw: about 0.2, about 0.05, about 0.005? And the walk with fresh noise, DDPM?

# %% [markdown] key="gauss-task" lang="id" ref="22218711"
# (c). Bagian bilangan positif dekat dengan yang dijanjikan densitas condong (0.9910 berbanding 0.9876). Tetapi gundukannya bergeser dari 1 ke 1.138 dan menyempit; pada $w=6.5$ ia berdiri di 1.565, hampir dua simpangan baku dari tempatnya menurut data dan menurut densitas condong, dengan separuh lebarnya (0.155).
#
# Mengapa? Yang kita jumlahkan pada tingkat noise $t$ adalah $p_t(x\mid y)^{1+w}p_t(x)^{-w}$, yaitu hasil mencondongkan *densitas-densitas terdifusi*. Padahal yang diperlukan di sana oleh sampler untuk densitas condong adalah *densitas condong yang terdifusi*. Pangkat dan pengaburan tidak dapat ditukar urutannya begitu saja: pada umumnya keduanya densitas yang berbeda pada setiap $t>0$. Perjalanan yang mengikuti yang pertama tidak punya alasan untuk berakhir pada sampel dari densitas condong.
#
# Satu kasus dapat dihitung sampai tuntas: data $\mathcal N(0,1)$, dan labelnya memilih $\mathcal N(1,\sigma^2)$ darinya, dengan $\sigma=0.5$. Densitas condongnya lagi-lagi normal. Presisinya (kebalikan varians) adalah jumlah presisi faktor-faktornya, maka
#
# $$\sigma_{\text{tilt}}=\left(\frac{1+w}{\sigma^2}-w\right)^{-1/2}$$
#
# Dan DDIM dengan banyak langkah kecil? Untuk satu densitas normal, jalannya menjaga setiap titik pada jarak yang sama dari rata-rata kalau dihitung dalam simpangan baku, jadi jarak antartitik menyusut seperti simpangan bakunya. Langkah dengan guidance adalah $1+w$ kali langkah bersyarat dikurangi $w$ kali langkah tak bersyarat. Langkah kecil mengalikan jarak dengan suatu bilangan, dan *logaritma* bilangan itu mengikuti aturan yang sama: $1+w$ kali yang bersyarat dikurangi $w$ kali yang tak bersyarat. Maka
#
# $$\sigma_{\text{DDIM}}=\sigma^{1+w}\cdot 1^{-w}=\sigma^{1+w}$$
#
# **Putuskan dulu:** pada $s=7.5$, yaitu $w=6.5$, densitas condong bersimpangan baku 0.206. Berapa hasil DDIM: sekitar 0.2, sekitar 0.05, atau sekitar 0.005? Dan hasil DDPM, perjalanan dengan noise baru?

# %% [markdown] key="gauss-task" lang="ko" ref="22218711"
# (c)입니다. 양수의 비율은 기울인 밀도의 약속에 가깝습니다(0.9910 대 0.9876). 그런데 덩어리는 1에서 1.138로 옮겨 갔고 더 좁아졌습니다. $w=6.5$에서는 1.565에 있습니다. 데이터와 기울인 밀도의 덩어리가 있는 곳에서 표준편차의 두 배 가까이 떨어져 있고, 너비는 절반입니다(0.155).
#
# 왜 그렇습니까? 노이즈 수준 $t$에서 더하는 것은 $p_t(x\mid y)^{1+w}p_t(x)^{-w}$, 곧 *번진 밀도를* 기울인 것입니다. 기울인 밀도에서 뽑는 샘플러에 필요한 것은 *기울인 밀도를* 번지게 한 것입니다. 거듭제곱과 번짐은 순서를 바꿀 수 없습니다. 특별한 경우가 아니라면 $t>0$ 어디에서나 이 둘은 서로 다른 밀도입니다. 앞의 것을 따라 걸어서 마지막에 기울인 밀도에 이를 까닭은 없습니다.
#
# 끝까지 계산할 수 있는 경우가 하나 있습니다. 데이터가 $\mathcal N(0,1)$이고, 레이블이 그 가운데 $\mathcal N(1,\sigma^2)$을 고르며, $\sigma=0.5$입니다. 기울인 밀도도 정규분포입니다. 그 정밀도(분산의 역수)는 두 정밀도를 더한 것이므로 다음과 같습니다.
#
# $$\sigma_{\text{tilt}}=\left(\frac{1+w}{\sigma^2}-w\right)^{-1/2}$$
#
# 그러면 잔 단계를 많이 걷는 DDIM은 어떻습니까? 정규분포 하나라면 DDIM의 경로를 따라가는 점은 평균에서 표준편차의 몇 배만큼 떨어져 있는지가 바뀌지 않습니다. 그래서 점 사이의 거리는 표준편차와 같은 비율로 줄어듭니다. 가이던스를 쓴 단계는 한쪽 단계의 $1+w$배에서 다른 쪽 단계의 $w$배를 뺀 것입니다. 잔 단계 하나는 점 사이의 거리에 어떤 수를 곱하는데, 그 수의 *로그*도 마찬가지로 한쪽의 $1+w$배에서 다른 쪽의 $w$배를 뺀 것이 됩니다. 그러므로 다음과 같습니다.
#
# $$\sigma_{\text{DDIM}}=\sigma^{1+w}\cdot 1^{-w}=\sigma^{1+w}$$
#
# **답을 먼저 정하십시오.** $s=7.5$, 곧 $w=6.5$에서 기울인 밀도의 표준편차는 0.206입니다. DDIM이 그린 것은 얼마이겠습니까? 0.2쯤입니까, 0.05쯤입니까, 0.005쯤입니까? 새 노이즈를 넣는 걸음인 DDPM은 어떻겠습니까?

# %% key="gauss-widths"
one_u, one_c = gaussians.Mixture([1.0], [[0.0]], 1.0), gaussians.Mixture([1.0], [[1.0]], 0.5)
rules = {"DDIM": samplers.ddim_step, "DDPM": samplers.ddpm_step}
eps_one = one_c.optimal_eps(schedule), one_u.optimal_eps(schedule)
widths = {name: [] for name in ("$p_w$", *rules, r"$\sigma^{1+w}$")}
scales = (1.0, 2.0, 4.0, 7.5)
for s in scales:
    w, said = guidance.from_scale(s), []
    widths["$p_w$"].append(((1 + w) / 0.25 - w) ** -0.5)
    widths[r"$\sigma^{1+w}$"].append(0.5 ** (1 + w))
    for name, rule in rules.items():
        x = walk(guidance.guide_by(*eps_one, w), even, S=500, step=rule)
        widths[name].append(float(x.std()))
        said.append(f"{name} mean {x.mean():.3f} std {x.std():.4f}")
    mean = 4 * (1 + w) * widths["$p_w$"][-1] ** 2
    print(f"s={s}  p_w mean {mean:.3f} std {widths['$p_w$'][-1]:.3f}", *said, f"{0.5**s:.4f}", sep="  ")
bar = schedule.alpha_bar[300]
product, blurred = 1 / (7.5 / (0.25 * bar + 1 - bar) - 6.5), bar * widths["$p_w$"][-1] ** 2 + 1 - bar
print(f"t=300  s=7.5  var {product:.3f}  var {blurred:.3f}")
fig, ax = figures.axes("$s=1+w$", "std")
for name, values in widths.items():
    ax.semilogy(scales, values, marker="o", label=name)
ax.legend()
figures.show(fig, "alt.guidance.widths")

# %% [markdown] key="langevin-task" lang="en"
# DDIM 0.0051 (the formula: 0.0055), forty times too narrow. DDPM 0.152: nearer, yet not the tilt either; and neither sampler's mean is the tilt's 1.277. **So the result is no known density: it depends on the sampler.** (The last printed line is the reason, in numbers: at $t=300$ the tilt of the diffused densities has a variance of 0.240, the diffused tilt 0.620.) Bradley & Nakkiran 2024 prove it with such an example, and show what a guided DDPM is instead: a plain conditional DDIM with some Langevin moves towards a tilted density in between.
#
# Can one draw from the tilt at all? At $t=0$ the guided gradient *is* the tilt's. So stay there, and let Langevin (chapter 8) do the rest.
#
# **Commit:** start from DDIM's far too narrow heap, 600 moves. Which width does it reach?

# %% [markdown] key="langevin-task" lang="id" ref="6fbb1ce7"
# DDIM 0.0051 (menurut rumus: 0.0055), empat puluh kali terlalu sempit. DDPM 0.152: lebih dekat, tetapi bukan densitas condong juga; dan pada kedua sampler itu rata-ratanya bukan 1.277 milik densitas condong. **Jadi hasilnya bukan densitas apa pun yang kita kenal: ia bergantung pada samplernya.** (Baris cetakan terakhir adalah sebabnya, dalam bilangan: pada $t=300$ hasil mencondongkan densitas-densitas terdifusi bervarians 0.240, sedangkan densitas condong yang terdifusi 0.620.) Bradley & Nakkiran 2024 membuktikannya dengan contoh semacam ini, dan menunjukkan apa sebenarnya DDPM dengan guidance: DDIM bersyarat biasa, diselingi beberapa gerakan Langevin menuju sebuah densitas condong.
#
# Dapatkah kita mengambil sampel dari densitas condong? Pada $t=0$ gradien dengan guidance *memang* gradien densitas condong. Jadi tinggallah di sana, dan serahkan sisanya kepada Langevin (Bab 8).
#
# **Putuskan dulu:** berangkatlah dari gundukan DDIM yang jauh terlalu sempit, 600 gerakan. Sampai selebar apa?

# %% [markdown] key="langevin-task" lang="ko" ref="6fbb1ce7"
# DDIM은 0.0051입니다(식으로는 0.0055). 마흔 배나 좁습니다. DDPM은 0.152로 더 가깝지만 역시 기울인 밀도는 아닙니다. 평균도 어느 샘플러에서나 기울인 밀도의 1.277이 아닙니다. **그러므로 결과는 알려진 어떤 밀도도 아니고, 샘플러에 따라 달라집니다.** (출력된 마지막 줄이 그 까닭을 수로 보여 줍니다. $t=300$에서 번진 밀도를 기울인 것은 분산이 0.240이고, 기울인 밀도를 번지게 한 것은 0.620입니다.) Bradley & Nakkiran 2024는 이런 예로 이 사실을 증명하고, 가이던스를 쓴 DDPM이 실제로는 무엇인지도 보여 줍니다. 보통의 조건부 DDIM 사이사이에, 기울인 밀도 쪽으로 가는 랑주뱅 동역학을 몇 번씩 끼운 것입니다.
#
# 기울인 밀도에서 뽑을 수는 있습니까? $t=0$에서는 가이던스를 쓴 기울기가 *바로* 기울인 밀도의 기울기입니다. 그러니 거기에 머물면서 나머지는 랑주뱅 동역학(8장)에 맡깁시다.
#
# **답을 먼저 정하십시오.** DDIM의 너무 좁은 덩어리에서 출발해 600번 움직입니다. 너비는 얼마가 되겠습니까?

# %% key="langevin"
from course_lib import score


def guided_score(x):
    return guidance.combine(one_c.score(x), one_u.score(x), 6.5)


x = walk(guidance.guide_by(*eps_one, 6.5), even, S=250)
moves = score.langevin(guided_score, x, 0.005, 600, torch.Generator().manual_seed(1))
for k, x in enumerate(moves):
    if k in (0, 5, 20, 100, 600):
        print(f"k={k:3d}  mean {x.mean():.3f}  std {x.std():.3f}")
assert abs(x.std() - 0.206) < 0.02 and abs(x.mean() - 1.277) < 0.02

# %% [markdown] key="atlas-task" lang="en"
# The tilt's, 0.206, and nearly its mean: 1.273 (step size and the luck of 2000 draws make the rest). It needs hundreds of calls, and images have far more places to get stuck in than one heap. Nobody draws pictures that way; they walk as we did, and get what they get. Then we should look at what they get.
#
# ## 7 · The dial
#
# The model that ships, DDIM with 10 steps. The slider is $w$, from $-1$ (the label is ignored) through 0 (plain) to 8. Two noises, $a$ and $b$, one a row, each with all ten labels; the noise stays the same at every $w$. Beside the slider, how many of the 20 the classifier reads as their label.
#
# **Commit:** at which $w$ will you like the digits best? And at $w=8$, what will be wrong with them: noise, wrong digits, too much of something?

# %% [markdown] key="atlas-task" lang="id" ref="90847fbb"
# Selebar densitas condong, 0.206, dan hampir pada rata-ratanya: 1.273 (sisanya dari ukuran langkah dan kebetulan pada 2000 sampel). Untuk itu perlu ratusan panggilan, dan gambar punya jauh lebih banyak tempat untuk tersangkut daripada satu gundukan. Tidak ada orang yang menggambar dengan cara itu; semua berjalan seperti kita tadi, dan menerima apa yang keluar. Kalau begitu, mari kita lihat apa yang keluar.
#
# ## 7 · Tombol putar
#
# Model bawaan, DDIM dengan 10 langkah. Penggesernya $w$, dari $-1$ (label diabaikan) lewat 0 (bersyarat biasa) sampai 8. Dua noise, $a$ dan $b$, satu noise satu baris, masing-masing dengan kesepuluh label; noise-nya tetap sama pada setiap $w$. Di samping penggeser tercantum berapa dari 20 angka itu yang dibaca pengklasifikasi sesuai labelnya.
#
# **Putuskan dulu:** pada $w$ mana angkanya paling kamu sukai? Dan pada $w=8$, apa yang akan salah: ada noise, angkanya keliru, atau ada yang berlebihan?

# %% [markdown] key="atlas-task" lang="ko" ref="90847fbb"
# 기울인 밀도의 너비인 0.206이고, 평균도 거의 같은 1.273입니다(나머지는 걸음의 크기와, 뽑은 점 2000개의 운입니다). 그런데 호출이 수백 번 듭니다. 게다가 이미지에는 덩어리 하나와 달리 걸려서 빠져나오지 못할 곳이 훨씬 많습니다. 아무도 그림을 이렇게 그리지 않습니다. 다들 우리처럼 걷고, 나오는 것을 받습니다. 그렇다면 무엇이 나오는지 보아야 합니다.
#
# ## 7 · 손잡이
#
# 강의에 들어 있는 모델을 DDIM 10단계로 씁니다. 슬라이더는 $w$이고, $-1$(레이블을 무시합니다)에서 0(보통의 조건부)을 지나 8까지 갑니다. 노이즈는 $a$와 $b$ 두 개이고, 한 줄에 하나씩 놓아 저마다 레이블 열 개를 모두 줍니다. 노이즈는 $w$가 달라져도 그대로입니다. 슬라이더 옆에는 20장 가운데 분류기가 레이블대로 읽은 것이 몇 장인지 나옵니다.
#
# **답을 먼저 정하십시오.** 어느 $w$의 숫자가 가장 마음에 들겠습니까? 그리고 $w=8$에서는 무엇이 잘못되겠습니까? 노이즈입니까, 틀린 숫자입니까, 무언가가 지나친 것입니까?

# %% key="atlas"
from course_lib import frames
from course_lib.widgets import atlas

ws = [-1, -0.5, 0, 0.5, 1, 2, 4, 8]
y20, x_T2 = torch.arange(20) % 10, noise(2, 1, 28, 28, seed=12).repeat_interleave(10, 0)
dial = {w: draw(net, y20, x_T2, w=w) for w in ws}
read = {w: metrics.accuracy(x.clamp(-1, 1), y20) for w, x in dial.items()}
halves = {"a": slice(0, 10), "b": slice(10, 20)}
pictures = {
    name: frames.to_uint8(torch.cat([frames.tile(x[half], columns=10) for x in dial.values()]))
    for name, half in halves.items()
}
captions = [f"{20 * share:.0f} / 20" for share in read.values()]
print(*(f"w={w}: {20 * share:.0f}/20" for w, share in read.items()))
assert read[8] >= read[0] > read[-1]
atlas(pictures, {"w": ws}, captions={"w": captions}, start={"w": 0}, alt=lang.text("alt.guidance.atlas"))

# %% [markdown] key="curve" lang="en"
# At $w=-1$ the ten columns of a row are one and the same picture, and the label of at most one of them fits: nobody was asked. At $-0.5$ they are changing over: half of them already pass for their label, some hang between two digits. At 0 the digits are there. From then on the strokes grow thicker and rounder, and the two rows, two different noises, grow more *alike*. Little looks wrong at $w=8$, if one does not know how people write: too bold, too even.
#
# ## 8 · What it buys, what it costs
#
# “Guidance amplifies the difference between with and without; a higher scale is more faithful and less diverse”, note B sums up. Both halves can be measured. Three numbers, all by the small classifier: the accuracy (acc); the Fréchet distance FD to real digits (chapter 7), which notices when the crowd as a whole differs; and the **within-class spread** $\sigma_y$: how different pictures of the digit 3 are from each other (the features' variances in a class, summed, the root taken, averaged over the ten classes). The last two are to be read against real digits, the dotted lines.
#
# **Commit:** for growing $w$, which of the three is best at 0, which in between, which never stops improving?

# %% [markdown] key="curve" lang="id" ref="263746cc"
# Pada $w=-1$ kesepuluh kolom dalam satu baris menampilkan gambar yang itu-itu juga, dan paling banyak satu yang cocok dengan labelnya: tidak ada yang ditanya. Pada $-0.5$ gambarnya sedang berbelok: separuhnya sudah terbaca sesuai label, beberapa masih menggantung di antara dua angka. Pada 0 angka-angkanya sudah ada. Sejak itu goresannya makin tebal dan makin bulat, dan kedua baris, dari dua noise yang berbeda, makin *serupa*. Pada $w=8$ hanya sedikit yang tampak salah, bagi yang tidak tahu bagaimana orang menulis: terlalu tebal, terlalu seragam.
#
# ## 8 · Apa yang diperoleh, apa ongkosnya
#
# “Guidance memperkuat selisih antara dengan dan tanpa; skala yang lebih tinggi lebih setia dan kurang beragam”, demikian rangkuman catatan B. Kedua bagian kalimat itu dapat diukur. Tiga bilangan, semuanya dari pengklasifikasi kecil: akurasi (acc); jarak Fréchet FD ke angka asli (Bab 7), yang peka kalau kumpulannya secara keseluruhan berbeda; dan **sebaran dalam kelas** $\sigma_y$: seberapa berbeda gambar-gambar angka 3 satu sama lain (varians fitur dalam satu kelas, dijumlahkan, diakarkan, lalu dirata-ratakan atas kesepuluh kelas). Dua yang terakhir harus dibaca dengan angka asli sebagai patokan, yaitu garis titik-titik.
#
# **Putuskan dulu:** kalau $w$ naik, mana dari ketiganya yang paling baik pada 0, mana yang di tengah-tengah, dan mana yang membaik terus?

# %% [markdown] key="curve" lang="ko" ref="263746cc"
# $w=-1$에서는 한 줄의 열 장이 모두 똑같은 그림이고, 레이블은 많아야 한 장에 맞습니다. 레이블 이야기는 꺼내지도 않았기 때문입니다. $-0.5$에서는 그림이 바뀌는 중입니다. 절반은 벌써 레이블대로 읽히고, 몇 장은 두 숫자 사이에 걸쳐 있습니다. 0에서는 제 숫자가 되어 있습니다. 그때부터 획은 더 굵고 둥글어지고, 서로 다른 노이즈에서 나온 두 줄은 점점 *닮아 갑니다*. 사람들이 어떻게 쓰는지 모른다면 $w=8$도 그리 잘못되어 보이지 않습니다. 다만 너무 굵고 너무 고릅니다.
#
# ## 8 · 얻는 것과 치르는 것
#
# “가이던스는 있을 때와 없을 때의 차이를 키운다. 스케일이 클수록 더 충실하고 덜 다양하다.” 노트 B의 요약입니다. 앞말도 뒷말도 잴 수 있습니다. 수는 세 가지이고, 모두 작은 분류기로 잽니다. 정확도(acc), 진짜 숫자까지의 프레셰(Fréchet) 거리 FD(7장), 그리고 **클래스 안의 퍼진 정도** $\sigma_y$입니다. FD는 그림 한 무리가 전체로서 다를 때 그것을 알아챕니다. 퍼진 정도는 이를테면 숫자 3이 서로 얼마나 다른지를 나타냅니다(한 클래스 안에서 특징의 분산을 모두 더해 제곱근을 구하고, 열 클래스에 대해 평균합니다). 뒤의 둘은 진짜 숫자의 값인 점선과 견주어 읽어야 합니다.
#
# **답을 먼저 정하십시오.** $w$가 커질 때 셋 가운데 0에서 가장 좋은 것, 그 사이에서 가장 좋은 것, 계속 좋아지기만 하는 것은 저마다 무엇입니까?

# %% key="curve-card"
card = checkpoints.card("digits")["guidance"]
kinds = {"accuracy": "acc", "frechet": "FD", "spread": "sigma_y"}
real = {"FD": card["floor"]["mean"], "sigma_y": card["real_spread"]["mean"]}
plain_ws = sorted(float(key[2:]) for key in card if key.startswith("w=") and " " not in key)


def said(key):
    each = {name: card[key][kind] for kind, name in kinds.items()}
    spread = {name: "" if m["std"] is None else f" +- {m['std']:.3f}" for name, m in each.items()}
    return "  ".join(f"{name} {m['mean']:6.3f}{spread[name]}" for name, m in each.items())


print(f"N = {card['N']}  {card['sampler']} ", *(f"{name} {value:.3f} " for name, value in real.items()))
fig, ax = figures.axes("$w$", columns=3, size=(3.6, 3))
for one, (kind, name) in zip(ax, kinds.items(), strict=True):
    found = [card[f"w={w:g}"][kind] for w in plain_ws]
    mean, std = [m["mean"] for m in found], [m["std"] or 0.0 for m in found]
    one.errorbar(plain_ws, mean, yerr=std, marker="o", capsize=4)
    if name in real:
        one.axhline(real[name], color="black", linewidth=1, linestyle=":")
    one.set_title(name.replace("sigma_y", r"$\sigma_y$"))
ax[1].set_yscale("log")
for w in plain_ws:
    print(f"w={w:4.1f}  seeds {len(card[f'w={w:g}']['frechet']['each'])}  {said(f'w={w:g}')}")
figures.show(fig, "alt.guidance.curve")

# %% [markdown] key="ex-enough-task" lang="en"
# ### Exercise: measure and conclude
#
# Before you read on: from which $w$ on does more of it buy nothing? Write `enough(w, accuracy, spread, real, N)`: three tensors with one number for each $w$, in any order; the spread of real digits; and the number of samples. An accuracy $p$, counted on $N$ samples, has the standard error $\sqrt{p\,(1-p)/N}$. A $w$ counts as good as the best if its accuracy lies at most two of its *own* standard errors below the highest. Return a tensor of two numbers: the smallest such $w$, and the spread there divided by `real`. (The cell after the check does this with the card, where each accuracy is the mean over 3 seeds and so counts 3 times $N$ samples.)

# %% [markdown] key="ex-enough-task" lang="id" ref="f543d8c3"
# ### Latihan: ukur dan simpulkan
#
# Sebelum kamu membaca terus: mulai dari $w$ mana tambahannya tidak membeli apa-apa lagi? Tulis `enough(w, accuracy, spread, real, N)`. Masukannya: tiga tensor sejajar dengan satu bilangan untuk setiap $w$ (urutannya sembarang); sebaran angka asli; dan banyaknya sampel. Akurasi $p$, yang dihitung dari $N$ sampel, punya galat baku $\sqrt{p\,(1-p)/N}$. Sebuah $w$ dianggap sebaik yang terbaik kalau akurasinya paling jauh dua galat baku *miliknya sendiri* di bawah yang tertinggi. Kembalikan tensor berisi dua bilangan: $w$ terkecil yang demikian, dan sebaran di sana dibagi `real`. (Sel sesudah pemeriksaan melakukannya dengan kartu model; di sana setiap akurasi adalah rata-rata 3 seed, jadi dihitung dari 3 kali $N$ sampel.)

# %% [markdown] key="ex-enough-task" lang="ko" ref="f543d8c3"
# ### 연습문제: 재어 보고 결론 내리기
#
# 더 읽기 전에 답해 보십시오. 어느 $w$부터 더 키워도 얻는 것이 없습니까? `enough(w, accuracy, spread, real, N)`를 작성하십시오. 앞의 셋은 $w$마다 수가 하나씩 든 텐서입니다. 셋의 순서는 서로 같지만 작은 것부터라는 법은 없습니다. 그다음은 진짜 숫자의 퍼진 정도와 샘플의 수입니다. 샘플 $N$개로 센 정확도 $p$의 표준오차는 $\sqrt{p\,(1-p)/N}$입니다. 어떤 $w$의 정확도가 가장 높은 값보다 낮더라도 그 차이가 *자기* 표준오차의 두 배 이하이면 가장 좋은 것만큼 좋다고 칩니다. 수 두 개로 된 텐서를 돌려주십시오. 그런 $w$ 가운데 가장 작은 것, 그리고 거기서의 퍼진 정도를 `real`로 나눈 값입니다. (확인 셀 다음의 셀이 카드의 값으로 이 일을 합니다. 카드의 정확도는 시드 3개의 평균이므로 샘플 수는 $N$의 3배입니다.)

# %% key="ex-enough" exercise="guidance.enough"
def enough(w, accuracy, spread, real, N):
    ### BEGIN SOLUTION
    error = (accuracy * (1 - accuracy) / N) ** 0.5
    good = accuracy.max() - accuracy <= 2 * error
    smallest = w[good].min()
    return torch.stack([smallest, spread[w == smallest][0] / real])
    ### END SOLUTION

# %% key="check-enough" check="guidance.enough"
check("guidance.enough", enough)

# %% key="enough-card"
p, spread = (torch.tensor([card[f"w={w:g}"][kind]["mean"] for w in plain_ws]) for kind in ("accuracy", "spread"))
gap, error = p.max() - p, (p * (1 - p) / (3 * card["N"])) ** 0.5
print("        max(p)-p    2 error  spread/real")
for k, w in enumerate(plain_ws):
    sign = "<=" if gap[k] <= 2 * error[k] else "> "
    print(f"w={w:4.1f}    {gap[k]:.4f} {sign} {2 * error[k]:.4f}         {spread[k] / real['sigma_y']:.2f}")

# %% [markdown] key="live-task" lang="en"
# Between $w=0$ and $w=0.5$ the accuracy goes from 0.980 to 0.999, and there is hardly anything left to gain. The spread pays for it: 2.552 at first, more than the 2.147 of real digits, then 1.845, less than theirs already, and 1.389 at $w=4$. The little more at $w=8$ is no variety come back: there the pictures get too loud (section 10). The Fréchet distance, which counts both, is smallest at $w=0$, 0.115, as close as 1000 real digits are (0.114), and climbs from there: the samples are correct and no longer a fair picture of how people write.
#
# A trade, then, and the rate depends on the network. The model that ships hardly needs help with the labels: it pays in variety and gets little for it. Measure the weak network of the first picture yourself, 100 digits for each $w$ (few: read the trend, not the last digit).
#
# **Commit:** at which $w$ is the *weak* network's FD smallest: $-0.5$, 0, 0.5, or 4?

# %% [markdown] key="live-task" lang="id" ref="ac68cf9a"
# Antara $w=0$ dan $w=0.5$ akurasi naik dari 0.980 menjadi 0.999, dan setelah itu hampir tidak ada lagi yang dapat diraih. Sebaranlah yang membayarnya: mula-mula 2.552, lebih besar daripada 2.147 milik angka asli; kemudian 1.845, sudah lebih kecil; dan 1.389 pada $w=4$. Kenaikan kecil pada $w=8$ bukan keragaman yang kembali: di sana gambarnya menjadi terlalu lantang (bagian 10). Jarak Fréchet, yang memperhitungkan keduanya, paling kecil pada $w=0$, yaitu 0.115, sedekat 1000 angka asli (0.114), lalu terus naik: sampelnya benar, tetapi tidak lagi menggambarkan dengan jujur bagaimana orang menulis.
#
# Jadi ada tukar-menukar, dan kursnya bergantung pada jaringan. Model bawaan hampir tidak perlu dibantu soal label: ia membayar dengan keragaman dan tidak banyak menerima sebagai gantinya. Ukurlah sendiri jaringan lemah dari gambar pertama, 100 angka untuk setiap $w$ (sedikit: bacalah kecenderungannya, bukan digit terakhirnya).
#
# **Putuskan dulu:** pada $w$ mana FD jaringan *lemah* itu paling kecil: $-0.5$, 0, 0.5, atau 4?

# %% [markdown] key="live-task" lang="ko" ref="ac68cf9a"
# $w=0$과 $w=0.5$ 사이에서 정확도는 0.980에서 0.999가 되고, 그다음에는 더 나아질 데가 거의 없습니다. 그 값은 퍼진 정도로 치릅니다. 처음에는 2.552로 진짜 숫자의 2.147보다 크지만, 다음에는 1.845로 벌써 그보다 작고, $w=4$에서는 1.389입니다. $w=8$에서 조금 커지는 것은 다양성이 돌아와서가 아니라 그림의 소리가 너무 커져서입니다(10절). 둘을 모두 헤아리는 프레셰 거리는 $w=0$에서 0.115로 가장 작아 진짜 숫자 1000장만큼 가깝고(0.114), 거기서부터 커집니다. 샘플은 옳지만, 사람들이 쓰는 모습을 더는 있는 그대로 보여 주지 못합니다.
#
# 그러니까 이것은 맞바꾸는 일이고, 얼마에 바꾸는지는 신경망에 달려 있습니다. 강의에 들어 있는 모델은 레이블에 관해서는 도움이 거의 필요 없습니다. 다양성을 치르고도 얻는 것이 적습니다. 첫 그림의 약한 신경망은 직접 재어 보십시오. $w$마다 숫자 100장입니다(적은 수이므로 끝자리가 아니라 추세를 읽으십시오).
#
# **답을 먼저 정하십시오.** *약한* 신경망의 FD는 어느 $w$에서 가장 작겠습니까? $-0.5$입니까, 0입니까, 0.5입니까, 4입니까?

# %% key="live-measure"
def judge(x, y):
    x = x.clamp(-1, 1)
    return metrics.accuracy(x, y), metrics.frechet(x), metrics.within_class_spread(x, y)


line = "acc {:.2f}  FD {:5.2f}  sigma_y {:.2f}"
drawn |= {w: draw(small, y100, x_T100, w=w) for w in (-0.5, 0.5)}
all_x, all_y = data.digits("test")
real_x = torch.cat([all_x[all_y == k][:10] for k in range(10)])
print("q      ", line.format(*judge(real_x, torch.arange(100) // 10)))
measured = {w: judge(drawn[w], y100) for w in sorted(drawn)}
for w, values in measured.items():
    print(f"w={w:4.1f} ", line.format(*values))
assert measured[4][2] < measured[1][2] < measured[0][2] and measured[1][0] > measured[-0.5][0]
twos = {w: drawn[w][y100 == 2] for w in (0, 1)} | {8: draw(small, y100[y100 == 2], x_T100[y100 == 2], w=8)}
rows = {f"$w={w}$": x.clamp(-1, 1) for w, x in twos.items()}
figures.show(figures.grid(list(rows.values()), row_titles=list(rows), size=0.8), "alt.guidance.twos")

# %% [markdown] key="cost" lang="en"
# At $w=0.5$: there accuracy and FD are better than plain (FD 0.81 against 1.23), and the spread, too large before (a network's own mistakes count as variety), is about that of real digits. At 1 FD is back at 1.45, and it climbs on, although not a single digit is misread. The picture shows the digit 2 from ten noises: at $w=8$ the ten pictures are nearly one.
#
# Note A counts “no mode collapse” among the reasons why diffusion excels. Plain sampling mostly deserves that praise; this dial takes it back.
#
# ## 9 · Two passes, one call
#
# Two answers at each step cost two passes through the network. They ask about the same $x_t$ at the same $t$, so both can travel in one batch of twice the size: `guidance.guide` does so, and where one answer is enough ($w=0$, $w=-1$) it asks for one.
#
# **Commit:** 8 digits. Compared with one plain call, how long do two calls take, one after the other? And one call with a batch of 16?

# %% [markdown] key="cost" lang="id" ref="da42dfb3"
# Pada $w=0.5$: di sana akurasi dan FD lebih baik daripada tanpa guidance (FD 0.81 berbanding 1.23), dan sebarannya, yang semula terlalu besar (kekeliruan jaringan sendiri ikut terhitung sebagai keragaman), kira-kira menyamai angka asli. Pada 1 FD sudah kembali ke 1.45, lalu naik terus, meskipun tidak satu angka pun salah terbaca. Gambarnya memperlihatkan angka 2 dari sepuluh noise: pada $w=8$ kesepuluhnya hampir satu gambar yang sama.
#
# Catatan A memasukkan “tanpa mode collapse (hilangnya ragam)” ke dalam alasan keunggulan difusi. Pengambilan sampel tanpa guidance umumnya pantas menerima pujian itu; tombol ini mengambilnya kembali.
#
# ## 9 · Dua pertanyaan, satu panggilan
#
# Dua jawaban di setiap langkah berarti dua kali melewati jaringan. Keduanya menanyakan $x_t$ yang sama pada $t$ yang sama, jadi keduanya dapat berangkat bersama dalam satu batch berukuran dua kali lipat: begitulah `guidance.guide` bekerja, dan kalau satu jawaban cukup ($w=0$, $w=-1$), ia hanya meminta satu.
#
# **Putuskan dulu:** 8 angka. Dibandingkan dengan satu panggilan biasa, berapa lama dua panggilan berturut-turut? Dan satu panggilan dengan batch berisi 16?

# %% [markdown] key="cost" lang="ko" ref="da42dfb3"
# $w=0.5$입니다. 거기서는 정확도와 FD가 보통의 조건부보다 낫습니다(FD 0.81 대 1.23). 전에는 너무 컸던 퍼진 정도(신경망 자신의 실수도 다양성으로 칩니다)도 진짜 숫자와 비슷해집니다. 그러나 1에서 FD는 벌써 1.45이고, 잘못 읽히는 숫자가 한 장도 없는데도 계속 커집니다. 그림은 노이즈 열 개로 그린 숫자 2입니다. $w=8$에서는 열 장이 거의 한 장입니다.
#
# 노트 A는 확산 모델이 뛰어난 까닭 가운데 하나로 “모드 붕괴가 없다”를 듭니다. 보통의 샘플링이라면 대체로 받을 만한 칭찬입니다. 이 손잡이를 돌리면 그 칭찬을 거두어야 합니다.
#
# ## 9 · 두 번 지나가기, 한 번 부르기
#
# 단계마다 답이 둘이니 신경망을 두 번 지나가야 합니다. 두 답은 같은 $t$의 같은 $x_t$를 두고 묻는 것이므로, 크기가 두 배인 배치 하나에 함께 실을 수 있습니다. `guidance.guide`가 그렇게 하고, 답 하나로 충분한 곳($w=0$, $w=-1$)에서는 하나만 묻습니다.
#
# **답을 먼저 정하십시오.** 숫자 8장입니다. 그냥 한 번 부를 때와 견주어, 잇달아 두 번 부르면 얼마나 걸리겠습니까? 16장짜리 배치로 한 번 부르면 얼마나 걸리겠습니까?

# %% key="cost-time"
import statistics
import time

x8, y8, t8 = noise(8, 1, 28, 28, seed=6), torch.arange(8), torch.full((8,), 500)
null8 = torch.full_like(y8, net.classes)
x16, y16, t16 = torch.cat([x8, x8]), torch.cat([y8, null8]), torch.cat([t8, t8])
ways = {
    "c": lambda: net(x8, t8, y8),
    "c, u": lambda: (net(x8, t8, y8), net(x8, t8, null8)),
    "[c, u]": lambda: net(x16, t16, y16),
}
seconds = {name: [] for name in ways}
with torch.no_grad():
    for _ in range(7):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    c, u = ways["[c, u]"]().chunk(2)
    apart = ways["c, u"]()
    assert max((c - apart[0]).abs().max(), (u - apart[1]).abs().max()) < 1e-4
    guided = guidance.guide(net, y8, w=3.0)(x8, t8)
    assert (guidance.combine(c, u, 3.0) - guided).abs().max() < 1e-3
for name, each in seconds.items():
    print(f"{name:7s} x {statistics.median(each) / statistics.median(seconds['c']):.2f}")

# %% [markdown] key="ex-both-task" lang="en"
# About twice as long, either way: a processor that is busy with 8 images already has no idle time left. The single call pays where a batch of 8 leaves hardware idle, as on a large GPU; its price is the memory of a double batch. (The code of note B makes two calls, in a function `guided_sample`. What that returns is no sample, but the answer $\epsilon_w$.) What does save a pass: not asking where it changes nothing (section 10), or teaching a second network to give the guided answer at once, with $w$ as an input (Meng et al. 2023).
#
# ### Exercise: both in one call
#
# Write `both(model, x_t, t, y, null, w)`: the guided answer, with *one* call of `model(x_t, t, y)` on a batch of twice the size. `t` and `y` have shape `(B,)`, `null` is a whole number.

# %% [markdown] key="ex-both-task" lang="id" ref="e7542a64"
# Kira-kira dua kali lebih lama, dengan cara mana pun: prosesor yang sudah sibuk dengan 8 gambar tidak punya waktu luang lagi. Panggilan tunggal menguntungkan kalau batch berisi 8 membuat perangkat keras menganggur, misalnya pada GPU besar; harganya memori untuk batch ganda. (Kode dalam catatan B memanggil dua kali, dalam fungsi bernama `guided_sample`. Yang dikembalikannya bukan sampel, melainkan jawaban $\epsilon_w$.) Yang sungguh menghemat: tidak bertanya di tempat pertanyaannya tidak mengubah apa-apa (bagian 10), atau mengajari jaringan kedua untuk langsung memberi jawaban dengan guidance, dengan $w$ sebagai masukan (Meng et al. 2023).
#
# ### Latihan: keduanya dalam satu panggilan
#
# Tulis `both(model, x_t, t, y, null, w)`: jawaban dengan guidance, dengan *satu* panggilan `model(x_t, t, y)` pada batch berukuran dua kali lipat. `t` dan `y` berbentuk `(B,)`, `null` sebuah bilangan bulat.

# %% [markdown] key="ex-both-task" lang="ko" ref="e7542a64"
# 어느 쪽이든 두 배쯤 걸립니다. 이미지 8장으로 이미 바쁜 프로세서에는 남는 시간이 없습니다. 한 번에 부르는 쪽이 이득인 것은 큰 GPU처럼 8장짜리 배치로는 하드웨어가 놀 때이고, 그 값은 배치가 두 배인 만큼의 메모리입니다. (노트 B의 코드는 `guided_sample`이라는 함수에서 두 번 부릅니다. 그 함수가 돌려주는 것은 샘플이 아니라 답 $\epsilon_w$입니다.) 한 번을 정말로 아끼는 길은 따로 있습니다. 아무것도 바뀌지 않는 곳에서는 묻지 않거나(10절), $w$를 입력으로 받아 가이던스를 쓴 답을 단번에 내놓도록 둘째 신경망을 가르치는 것입니다(Meng et al. 2023).
#
# ### 연습문제: 한 번에 둘 다
#
# `both(model, x_t, t, y, null, w)` 함수를 작성하십시오. 크기가 두 배인 배치로 `model(x_t, t, y)`를 *한 번만* 불러 가이던스를 쓴 답을 돌려줍니다. `t`와 `y`의 모양은 `(B,)`이고, `null`은 정수입니다.

# %% key="ex-both" exercise="guidance.both"
def both(model, x_t, t, y, null, w):
    ### BEGIN SOLUTION
    labels = torch.cat([y, torch.full_like(y, null)])
    conditional, unconditional = model(torch.cat([x_t, x_t]), torch.cat([t, t]), labels).chunk(2)
    return (1 + w) * conditional - w * unconditional
    ### END SOLUTION

# %% key="check-both" check="guidance.both"
check("guidance.both", both)

# %% [markdown] key="remedies" lang="en"
# ## 10 · Too loud, and two remedies
#
# Large $w$ does one more thing. $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon_w)/\sqrt{\bar\alpha_t}$ is extrapolated as well, out of the range $[-1,1]$ of pixels. On the screen such values are cut off: in photographs colours saturate and details burn out (Saharia et al. 2022, section 2.3, who clip more cleverly). Two remedies are common.
#
# **Guide only where it helps** (Kynkäänniemi et al. 2024): $w$ counts for $t_{\text{low}}\le t\le t_{\text{high}}$, outside the network is asked plainly, once. At large $t$ guidance decides too early and for everybody alike; at small $t$ the label has nothing more to say (section 2). We take $80\le t\le470$, where noise over signal, $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$, is about as large as in the intervals that suited their images.
#
# **Bring the size back** (Lin et al. 2024, eqs. 15 and 16): multiply the guided answer by the ratio of the standard deviations over the pixels of plain and guided answer, and mix with weight $\phi$:
#
# $$v_{w,\phi}=\phi\,\frac{\operatorname{std}(v_c)}{\operatorname{std}(v_w)}\;v_w+(1-\phi)\,v_w$$
#
# ($v$ because our network answers in $v$, as theirs did; $\phi=0.7$ is their choice.)
#
# **Commit:** at $w=4$, which remedy brings back variety, which brings the pixels back into their range, and which does harm?

# %% [markdown] key="remedies" lang="id" ref="dae8ebae"
# ## 10 · Terlalu lantang, dan dua obatnya
#
# $w$ yang besar masih berbuat satu hal lagi. $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon_w)/\sqrt{\bar\alpha_t}$ ikut diekstrapolasi, keluar dari rentang piksel $[-1,1]$. Di layar nilai seperti itu dipotong: pada foto, warna menjadi jenuh dan rincian hangus (Saharia et al. 2022, bagian 2.3, yang memotong dengan lebih cerdik). Ada dua obat yang lazim.
#
# **Pakai guidance hanya di tempat ia menolong** (Kynkäänniemi et al. 2024): $w$ berlaku untuk $t_{\text{low}}\le t\le t_{\text{high}}$, di luar itu jaringan ditanya biasa, sekali saja. Pada $t$ besar guidance memutuskan terlalu dini dan sama untuk semua; pada $t$ kecil label tidak punya apa-apa lagi untuk dikatakan (bagian 2). Kita ambil $80\le t\le470$; di situ perbandingan noise terhadap sinyal, $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$, kira-kira sebesar dalam selang yang cocok untuk gambar mereka.
#
# **Kembalikan ukurannya** (Lin et al. 2024, pers. 15 dan 16): kalikan jawaban dengan guidance dengan rasio simpangan baku atas pikselnya (jawaban biasa terhadap jawaban dengan guidance), lalu campur dengan bobot $\phi$:
#
# $$v_{w,\phi}=\phi\,\frac{\operatorname{std}(v_c)}{\operatorname{std}(v_w)}\;v_w+(1-\phi)\,v_w$$
#
# ($v$, karena jaringan kita menjawab dalam $v$, begitu juga jaringan mereka; $\phi=0.7$ adalah pilihan mereka.)
#
# **Putuskan dulu:** pada $w=4$, obat mana yang mengembalikan keragaman, mana yang mengembalikan piksel ke rentangnya, dan mana yang merusak?

# %% [markdown] key="remedies" lang="ko" ref="dae8ebae"
# ## 10 · 너무 큰 소리, 그리고 처방 두 가지
#
# $w$가 크면 생기는 일이 하나 더 있습니다. $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon_w)/\sqrt{\bar\alpha_t}$도 외삽되어 픽셀의 범위 $[-1,1]$을 벗어납니다. 화면에서는 그런 값이 잘려 나갑니다. 사진이라면 색이 포화되고 세밀한 부분이 하얗게 날아갑니다(Saharia et al. 2022, 2.3절. 거기서는 더 영리하게 잘라 냅니다). 흔히 쓰는 처방은 둘입니다.
#
# **도움이 되는 곳에서만 이끕니다** (Kynkäänniemi et al. 2024). $w$는 $t_{\text{low}}\le t\le t_{\text{high}}$에서만 쓰고, 그 밖에서는 신경망에 조건부 답만 한 번 묻습니다. 큰 $t$에서 가이던스는 너무 일찍, 누구에게나 똑같이 정해 버립니다. 작은 $t$에서는 레이블이 더 할 말이 없습니다(2절). 우리는 $80\le t\le470$을 씁니다. 신호에 견준 노이즈 $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$의 크기가 그들의 이미지에 잘 맞았던 구간과 비슷한 곳입니다.
#
# **크기를 되돌립니다** (Lin et al. 2024, 식 15와 16). 조건부 답과 가이던스를 쓴 답에서 픽셀의 표준편차를 구하고, 그 비를 가이던스를 쓴 답에 곱한 다음, 가중치 $\phi$로 섞습니다.
#
# $$v_{w,\phi}=\phi\,\frac{\operatorname{std}(v_c)}{\operatorname{std}(v_w)}\;v_w+(1-\phi)\,v_w$$
#
# (글자가 $v$인 것은 우리 신경망도 그들의 것처럼 $v$로 답하기 때문이고, $\phi=0.7$은 그들이 고른 값입니다.)
#
# **답을 먼저 정하십시오.** $w=4$에서 다양성을 되찾아 주는 처방은 어느 쪽이고, 픽셀을 범위 안으로 되돌리는 처방은 어느 쪽이며, 해로운 처방은 어느 쪽입니까?

# %% key="remedies-check"
def rescaled(guided, conditional, phi):
    std = [x.std((1, 2, 3), correction=0, keepdim=True) for x in (conditional, guided)]
    return phi * std[0] / std[1] * guided + (1 - phi) * guided


with torch.no_grad():
    v_c, v_u = small.answer(x8, t8, y8), small.answer(x8, t8, null8)
v_w = guidance.combine(v_c, v_u, 4.0)
by_hand, plain_v = rescaled(v_w, v_c, 0.7), guidance.guide(small, y8)
gap = (guidance.guide(small, y8, w=4.0, rescale=0.7).answer(x8, t8) - by_hand).abs().max()
print(f"std  c {v_c.std():.3f}  w=4 {v_w.std():.3f}  phi=0.7 {by_hand.std():.3f}  gap {gap:.0e}")
assert gap < 1e-4
inside = guidance.guide(small, y8, w=4.0, interval=(80, 470))
for t in (79, 80, 470, 471):
    moved = (inside(x8, torch.full((8,), t)) - plain_v(x8, torch.full((8,), t))).abs().max()
    print(f"t={t}  {'w' if moved > 1e-4 else 'c'}")
    assert (moved > 1e-4) == (80 <= t <= 470)

# %% key="remedies-digits"
cures = {"80..470": {"interval": (80, 470)}, r"$\phi=0.7$": {"rescale": 0.7}}
rows = {"$w=0$": drawn[0], "$w=4$": drawn[4]}
rows |= {name: draw(small, y100, x_T100, w=4, **how) for name, how in cures.items()}
for name, x in rows.items():
    out, ground = (x.abs() > 1.02).float().mean(), x.median()
    print(f"{name.strip('$'):10s}", line.format(*judge(x, y100)), f" |x|>1.02 {out:.0%}  median {ground:.2f}")
images = [x[:10].clamp(-1, 1) for x in rows.values()]
figures.show(figures.grid(images, row_titles=list(rows), size=0.8), "alt.guidance.remedies")

# %% [markdown] key="remedies-card" lang="en"
# The interval does what it promises: all digits are still correct, some of the lost variety is back, FD is nearly halved, and more than half of the second passes are saved. Fewer pixels are out of range, though still a quarter of all pixels. (On digits nobody sees it: what is blacker than black is black.)
#
# Rescaling does bring the pixels back, and here it does harm: FD nearly doubles. A factor makes *everything* smaller, and with it the black background at $-1$, which is most of a digit (column median: half of all pixels are darker); look for the specks in the background of the last row. The larger $\sigma_y$ is therefore no sign of regained variety. Photographs have no such background. A remedy carries with it the data it was found on.
#
# What the card says of the model that ships, with $N$ digits for each line:

# %% [markdown] key="remedies-card" lang="id" ref="771e39ec"
# Selang itu menepati janjinya: semua angka tetap benar, sebagian keragaman yang hilang kembali, FD hampir menjadi separuhnya, dan lebih dari separuh pertanyaan kedua kepada jaringan terhemat. Piksel di luar rentang berkurang, meskipun masih seperempat dari semua piksel. (Pada angka tidak ada yang melihatnya: yang lebih hitam daripada hitam ya hitam.)
#
# Penskalaan ulang memang membawa piksel kembali, dan di sini ia merusak: FD hampir menjadi dua kali lipat. Sebuah faktor mengecilkan *segalanya*, termasuk latar hitam di $-1$, padahal itulah bagian terbesar sebuah angka (kolom median: separuh dari semua piksel lebih gelap daripada nilai itu); carilah butiran di latar baris terakhir. Karena itu $\sigma_y$ yang lebih besar bukan tanda bahwa keragaman sudah pulih. Foto tidak punya latar seperti itu. Setiap obat membawa jejak data tempat ia ditemukan.
#
# Inilah kata kartu tentang model bawaan, dengan $N$ angka untuk setiap baris:

# %% [markdown] key="remedies-card" lang="ko" ref="771e39ec"
# 구간은 약속을 지킵니다. 숫자는 여전히 모두 옳고, 잃었던 다양성이 얼마간 돌아오고, FD는 절반 가까이로 줄고, 두 번째로 지나가는 횟수도 절반 넘게 아낍니다. 범위를 벗어나는 픽셀도 줄지만 아직 전체 픽셀의 사분의 일입니다. (숫자 그림에서는 눈에 띄지 않습니다. 검은색보다 더 검어도 검은색일 뿐입니다.)
#
# 크기를 되돌리면 픽셀은 정말 범위 안으로 돌아오는데, 여기서는 해롭습니다. FD가 두 배 가까이 됩니다. 하나의 배수는 *모든 것*을 줄이고, 숫자 그림의 대부분을 차지하는 $-1$의 검은 바탕까지 줄입니다(median 열은 픽셀을 크기순으로 늘어놓았을 때 한가운데 오는 값입니다). 마지막 줄의 바탕에서 알갱이를 찾아보십시오. 그러니 $\sigma_y$가 커졌다고 다양성을 되찾은 것은 아닙니다. 사진에는 그런 바탕이 없습니다. 처방은 저마다 처음 효험을 본 데이터에 매여 있습니다.
#
# 강의에 들어 있는 모델에 대해서는 카드에 다음과 같이 적혀 있습니다. 줄마다 숫자 $N$장입니다.

# %% key="remedies-measured"
for w in (0, 4, 8):
    for key in (key for key in card if key.split(" ")[0] == f"w={w}"):
        print(f"{key:16s} {said(key)}")

# %% [markdown] key="end" lang="en"
# At $w=4$ the interval nearly halves the distance, from 0.815 to 0.430, and gives variety back, 1.858 instead of 1.389. Rescaling, which did harm to the weak network, helps this one a little, to 0.738: what a remedy does, only a measurement tells. And neither comes near the first line. Plain $w=0$ is closest to real digits, 0.115; a remedy makes a large $w$ bearable, not free. (Means of three seeds; behind each +- stands the spread between them, 0.036 for the interval. Differences that are smaller mean nothing.)
#
# ## What to take along
#
# - One network, trained with the label hidden now and then; its answer for $\varnothing$ is the mean over the labels. Without that training nothing warns you.
# - $c-u$ is $-\sqrt{1-\bar\alpha_t}$ times the gradient of $\log p(y\mid x_t)$: a classifier that nobody trained. Where the label is certain it is zero.
# - $s=1+w$. Plain is $w=0$ and $s=1$, unconditional $w=-1$ and $s=0$. Whoever quotes a scale has to quote the formula.
# - The guided arrow is an extrapolation. It leads away from the other labels, out of the data if one insists.
# - **Guidance is not a sampler of any known density.** Not of the tilted one: a standard deviation of 0.0051 where the tilt has 0.206, and another result with every sampler.
# - Accuracy rises, variety falls, FD has a minimum in between. Judge by all three.
# - Two passes, one call. Guide in the middle of the walk only: cheaper and better.
#
# **Limits.** The exact examples are one- and two-dimensional, the pictures are digits, on which almost nothing can go wrong in colour or composition; for photographs the best $w$, the useful interval and the effect of rescaling differ, and are found by measuring. $N=100$ shows trends. The classifier that judges was trained on the same kind of digits and does not see what it was not taught to see.
#
# **Sources.** Ho & Salimans 2022 (eq. 6; Algorithms 1 and 2; sections 3.1, 3.2 and 4.2). Dhariwal & Nichol 2021 (classifier guidance, Algorithm 2). Saharia et al. 2022 (Imagen, eq. 2). Rombach et al. 2022 (Stable Diffusion). Li et al. 2023 and Clark & Jaini 2023 (the classifier in a diffusion model). Bradley & Nakkiran 2024 (what guidance does not sample). Kynkäänniemi et al. 2024 (interval). Lin et al. 2024 (eqs. 15 and 16). Meng et al. 2023 (distilled guidance). Sadat et al. 2024 and Karras et al. 2024 (guiding with a random label; with a worse network).
#
# The last chapter leaves the pixels: [10 · Beyond](10_beyond.ipynb). Back to the map: [welcome](00_welcome.ipynb). How far you are:

# %% [markdown] key="end" lang="id" ref="cacd0fcf"
# Pada $w=4$ selang itu memangkas jarak hampir menjadi separuhnya, dari 0.815 menjadi 0.430, dan mengembalikan keragaman: 1.858, bukan lagi 1.389. Penskalaan ulang, yang merusak pada jaringan lemah, di sini justru sedikit menolong, menjadi 0.738: apa akibat sebuah obat hanya dapat diketahui dengan mengukurnya. Namun, keduanya masih jauh dari baris pertama. $w=0$ biasalah yang paling dekat dengan angka asli, 0.115; obat membuat $w$ besar dapat ditanggung, bukan gratis. (Rata-rata tiga seed; di belakang setiap +- ada simpangan di antara ketiganya, 0.036 untuk selang itu. Beda yang lebih kecil tidak berarti apa-apa.)
#
# ## Bekal dari bab ini
#
# - Satu jaringan, dilatih dengan label yang sesekali disembunyikan; jawabannya untuk $\varnothing$ adalah rata-rata atas semua label. Kalau pelatihan itu tidak ada, tidak ada pula yang memperingatkan kita.
# - $c-u$ adalah $-\sqrt{1-\bar\alpha_t}$ kali gradien $\log p(y\mid x_t)$: pengklasifikasi yang tidak dilatih siapa pun. Di tempat labelnya pasti, selisih itu nol.
# - $s=1+w$. Bersyarat biasa adalah $w=0$ dan $s=1$, tak bersyarat $w=-1$ dan $s=0$. Siapa pun yang menyebut skala harus menyebut rumusnya juga.
# - Panah dengan guidance adalah ekstrapolasi. Ia menjauhi label-label lain, dan kalau dipaksa, keluar dari data.
# - **Guidance bukan sampler untuk densitas mana pun yang dikenal.** Bukan untuk densitas condong: simpangan bakunya 0.0051, padahal densitas condong 0.206, dan setiap sampler memberi hasil lain.
# - Akurasi naik, keragaman turun, FD punya titik terendah di antaranya. Nilailah dengan ketiganya.
# - Dua pertanyaan, satu panggilan. Pakai guidance di tengah perjalanan saja: lebih murah dan lebih baik.
#
# **Keterbatasan.** Contoh-contoh eksaknya berdimensi satu dan dua, gambarnya angka, yang warna dan komposisinya hampir tidak mungkin salah; untuk foto, $w$ terbaik, selang yang berguna, dan akibat penskalaan ulang berbeda, dan baru diketahui setelah diukur. $N=100$ menunjukkan kecenderungan. Pengklasifikasi yang menilai dilatih pada jenis angka yang sama, dan tidak melihat apa yang tidak diajarkan kepadanya.
#
# **Sumber.** Ho & Salimans 2022 (pers. 6; Algoritme 1 dan 2; bagian 3.1, 3.2, dan 4.2). Dhariwal & Nichol 2021 (guidance dengan pengklasifikasi, Algoritme 2). Saharia et al. 2022 (Imagen, pers. 2). Rombach et al. 2022 (Stable Diffusion). Li et al. 2023 dan Clark & Jaini 2023 (pengklasifikasi di dalam model difusi). Bradley & Nakkiran 2024 (dari mana guidance tidak mengambil sampel). Kynkäänniemi et al. 2024 (selang). Lin et al. 2024 (pers. 15 dan 16). Meng et al. 2023 (guidance yang disuling). Sadat et al. 2024 dan Karras et al. 2024 (guidance dengan label acak; dengan jaringan yang lebih buruk).
#
# Bab terakhir meninggalkan piksel: [10 · Selanjutnya](10_beyond.ipynb). Kembali ke peta: [selamat datang](00_welcome.ipynb). Latihanmu sejauh ini:

# %% [markdown] key="end" lang="ko" ref="cacd0fcf"
# $w=4$에서 구간은 거리를 0.815에서 0.430으로 절반 가까이 줄이고, 1.389이던 다양성을 1.858까지 되돌려 줍니다. 약한 신경망에는 해로웠던 크기 되돌리기가 이 모델에서는 도리어 조금 도움이 되어 0.738이 됩니다. 처방이 어떤 효과를 내는지는 재어 보아야만 압니다. 그러나 어느 쪽도 첫 줄에는 미치지 못합니다. 진짜 숫자에 가장 가까운 것은 보통의 $w=0$이고 0.115입니다. 처방은 큰 $w$를 견딜 만하게 할 뿐, 공짜로 만들어 주지는 않습니다. (시드 셋의 평균입니다. +- 뒤의 수는 시드끼리 흩어진 정도이고 구간에서는 0.036입니다. 그보다 작은 차이에는 뜻이 없습니다.)
#
# ## 가져갈 것
#
# - 신경망은 하나이고, 이따금 레이블을 가리고 학습합니다. $\varnothing$에 대한 답은 레이블에 대한 평균입니다. 그렇게 학습하지 않았어도 경고는 나오지 않습니다.
# - $c-u$는 $\log p(y\mid x_t)$의 기울기에 $-\sqrt{1-\bar\alpha_t}$를 곱한 것입니다. 아무도 학습하지 않은 분류기입니다. 레이블이 틀림없는 곳에서는 없어집니다.
# - $s=1+w$입니다. 보통의 조건부는 $w=0$이고 $s=1$, 비조건부는 $w=-1$이고 $s=0$입니다. 스케일을 말하려면 식도 함께 말해야 합니다.
# - 가이던스를 쓴 화살표는 외삽입니다. 다른 레이블에서 멀어지고, 고집하면 데이터 밖으로 나갑니다.
# - **가이던스는 알려진 어떤 밀도의 샘플러도 아닙니다.** 기울인 밀도의 샘플러도 아닙니다. 기울인 밀도라면 0.206일 표준편차가 0.0051이고, 샘플러마다 결과가 다릅니다.
# - 정확도는 올라가고, 다양성은 줄고, FD는 그 사이에서 가장 작습니다. 셋을 모두 보고 판단하십시오.
# - 두 번 지나가되 한 번에 부릅니다. 걸음의 중간에서만 이끌면 더 싸고 더 좋습니다.
#
# **한계.** 정확한 예는 일차원과 이차원이고, 그림은 색이나 구도가 잘못될 일이 거의 없는 숫자입니다. 사진에서는 가장 좋은 $w$도, 쓸모 있는 구간도, 크기를 되돌리는 효과도 다르며, 재어 보아야 압니다. $N=100$은 추세만 보여 줍니다. 판정하는 분류기도 같은 종류의 숫자로 학습했으므로, 배우지 않은 것은 보지 못합니다.
#
# **출처.** Ho & Salimans 2022(식 6, 알고리즘 1과 2, 3.1절, 3.2절, 4.2절). Dhariwal & Nichol 2021(분류기 가이던스, 알고리즘 2). Saharia et al. 2022(Imagen, 식 2). Rombach et al. 2022(Stable Diffusion). Li et al. 2023과 Clark & Jaini 2023(확산 모델 속의 분류기). Bradley & Nakkiran 2024(가이던스가 그리지 않는 것). Kynkäänniemi et al. 2024(구간). Lin et al. 2024(식 15와 16). Meng et al. 2023(증류한 가이던스). Sadat et al. 2024와 Karras et al. 2024(아무렇게나 고른 레이블로 이끌기, 더 나쁜 신경망으로 이끌기).
#
# 마지막 장은 픽셀을 떠납니다: [10 · 그 너머](10_beyond.ipynb). 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb). 어디까지 왔는지 봅시다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()
