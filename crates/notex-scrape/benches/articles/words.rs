//! Sentences in many languages and scripts, made of words of those languages; the same seed makes the same ones.

/// A small generator of numbers that look random.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % most.max(1)
    }

    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A language with its words and the words that pages put around their content.
pub(crate) struct Language {
    pub(crate) code: &'static str,
    words: &'static str,
    /// Whether words stand without spaces between them.
    joined: bool,
    stop: &'static str,
    /// Home, world, culture, contact, imprint, log in.
    pub(crate) menu: [&'static str; 6],
    pub(crate) related: &'static str,
    pub(crate) share: &'static str,
    pub(crate) cookies: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) comments: &'static str,
    pub(crate) newsletter: &'static str,
}

impl Language {
    pub(crate) fn of(code: &str) -> &'static Self {
        LANGUAGES.iter().find(|language| language.code == code).unwrap_or(&LANGUAGES[0])
    }

    pub(crate) fn is_rtl(&self) -> bool {
        matches!(self.code, "ar" | "he")
    }

    pub(crate) fn words(&self, dice: &mut Dice, count: usize) -> String {
        let all: Vec<&str> = self.words.split(' ').collect();
        let chosen: Vec<&str> = (0..count).map(|_| *dice.one(&all)).collect();
        chosen.join(if self.joined { "" } else { " " })
    }

    pub(crate) fn title(&self, dice: &mut Dice) -> String {
        let count = dice.between(4, 8);
        capital(&self.words(dice, count))
    }

    pub(crate) fn sentence(&self, dice: &mut Dice) -> String {
        let count = dice.between(7, 18);
        let mut sentence = capital(&self.words(dice, count));
        if dice.below(4) == 0 {
            sentence.push_str(if self.joined { "、" } else { ", " });
            sentence.push_str(&self.words(dice, 5));
        }
        sentence + self.stop
    }

    pub(crate) fn paragraph(&self, dice: &mut Dice) -> String {
        let count = dice.between(2, 6);
        let sentences: Vec<String> = (0..count).map(|_| self.sentence(dice)).collect();
        sentences.join(if self.joined { "" } else { " " })
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

const LANGUAGES: &[Language] = &[
    Language {
        code: "en",
        words: "the of a river harbour council said that new bridge will open early spring residents waited many years for cost project rose twice before builders found older foundations under water engineers and their drawings were kept in archive since last century market people walk along green banks every morning light train from northern town arrives late because signals failed again minister promised money but nobody believes him now children play near mill where bread was made",
        joined: false,
        stop: ".",
        menu: ["Home", "World", "Culture", "Contact", "Imprint", "Log in"],
        related: "Related articles",
        share: "Share this article",
        cookies: "We and our partners store cookies on your device to measure how this site is used and to show you advertising that fits. You can change your mind at any time in the settings.",
        accept: "Accept all",
        comments: "Comments",
        newsletter: "Get our best stories in your inbox every week",
    },
    Language {
        code: "de",
        words: "der die das Fluss Hafen Rat sagte dass neue Brücke wird früh im Frühling geöffnet Anwohner warteten viele Jahre auf Kosten Projekt stiegen zweimal bevor Bauleute ältere Fundamente unter Wasser fanden Ingenieure und ihre Zeichnungen lagen seit vorigem Jahrhundert Archiv Markt Menschen gehen jeden Morgen am grünen Ufer entlang Zug aus nördlicher Stadt kommt spät weil Signale wieder ausfielen Ministerin versprach Geld aber niemand glaubt ihr jetzt Kinder spielen bei Mühle wo Brot gebacken wurde",
        joined: false,
        stop: ".",
        menu: ["Start", "Welt", "Kultur", "Kontakt", "Impressum", "Anmelden"],
        related: "Lesen Sie auch",
        share: "Artikel teilen",
        cookies: "Wir und unsere Partner speichern Cookies auf Ihrem Gerät, um zu messen, wie diese Seite benutzt wird, und um passende Werbung zu zeigen. Sie können Ihre Wahl jederzeit in den Einstellungen ändern.",
        accept: "Alle akzeptieren",
        comments: "Kommentare",
        newsletter: "Die besten Geschichten jede Woche per Post",
    },
    Language {
        code: "fr",
        words: "le la les rivière port conseil déclare que nouveau pont ouvrira tôt au printemps habitants attendaient depuis longtemps coût du projet a doublé avant découverte fondations anciennes sous eau ingénieurs et leurs dessins étaient gardés aux archives marché gens marchent chaque matin sur rives vertes train venu de ville voisine arrive tard parce signaux encore en panne ministre promit argent mais personne ne croit enfants jouent près du moulin où on faisait pain",
        joined: false,
        stop: ".",
        menu: ["Accueil", "Monde", "Culture", "Contact", "Mentions légales", "Connexion"],
        related: "À lire aussi",
        share: "Partager cet article",
        cookies: "Nous et nos partenaires déposons des cookies sur votre appareil afin de mesurer la fréquentation du site et de vous montrer des publicités adaptées. Vous pouvez changer d'avis à tout moment.",
        accept: "Tout accepter",
        comments: "Commentaires",
        newsletter: "Recevez nos meilleurs récits chaque semaine",
    },
    Language {
        code: "es",
        words: "el la los río puerto consejo dijo que nuevo puente abrirá temprano en primavera vecinos esperaron muchos años por coste del proyecto subió dos veces antes de hallar cimientos antiguos bajo agua ingenieras y sus dibujos estaban guardados en archivo mercado gente camina cada mañana junto orillas verdes tren desde ciudad norte llega tarde porque señales fallaron otra vez ministra prometió dinero pero nadie cree niños juegan cerca molino donde se hacía pan",
        joined: false,
        stop: ".",
        menu: ["Inicio", "Mundo", "Cultura", "Contacto", "Aviso legal", "Entrar"],
        related: "También te puede interesar",
        share: "Compartir",
        cookies: "Nosotros y nuestros socios guardamos cookies en su dispositivo para medir el uso de este sitio y mostrarle publicidad adecuada. Puede cambiar de opinión en cualquier momento en los ajustes.",
        accept: "Aceptar todo",
        comments: "Comentarios",
        newsletter: "Nuestras mejores historias cada semana",
    },
    Language {
        code: "ru",
        words: "река гавань совет сказал что новый мост откроют ранней весной жители ждали много лет стоимость проекта выросла дважды прежде строители нашли старые основания под водой инженеры и их чертежи хранились архиве рынок люди гуляют каждое утро вдоль зелёных берегов поезд из северного города приходит поздно потому сигналы снова отказали министр обещал деньги но никто не верит дети играют около мельницы где пекли хлеб",
        joined: false,
        stop: ".",
        menu: ["Главная", "Мир", "Культура", "Контакты", "О сайте", "Войти"],
        related: "Читайте также",
        share: "Поделиться",
        cookies: "Мы и наши партнёры сохраняем файлы cookie на вашем устройстве, чтобы измерять посещаемость и показывать подходящую рекламу. Вы можете изменить выбор в любое время в настройках.",
        accept: "Принять все",
        comments: "Комментарии",
        newsletter: "Лучшие истории каждую неделю",
    },
    Language {
        code: "ja",
        words: "川の 港は 市の 議会が 新しい 橋を 早い 春に 開くと 述べた 住民は 長い 間 待って いた 費用が 二倍に なり 古い 基礎が 水の 下で 見つかり 技師と 図面は 書庫に 残って いた 市場で 人々が 毎朝 緑の 岸を 歩く 北の 町から 来る 列車は 信号の 故障で 遅れ 大臣は 資金を 約束 したが 誰も 信じない 子供たちは 水車の 近くで 遊ぶ",
        joined: true,
        stop: "。",
        menu: ["ホーム", "世界", "文化", "問い合わせ", "会社概要", "ログイン"],
        related: "関連記事",
        share: "この記事をシェア",
        cookies: "当サイトと提携先は、利用状況の計測と適切な広告の表示のために、お使いの端末にクッキーを保存します。設定でいつでも変更できます。",
        accept: "すべて許可",
        comments: "コメント",
        newsletter: "毎週のおすすめ記事をお届けします",
    },
    Language {
        code: "zh",
        words: "河流 港口 市议会 表示 新 桥 将 在 早春 开放 居民 等待 多年 项目 费用 上涨 两倍 之前 建筑工人 在 水下 发现 古老 地基 工程师 和 图纸 保存 在 档案馆 市场 人们 每天 早晨 沿 绿色 河岸 散步 北方 城镇 来 的 火车 因 信号 故障 晚点 部长 承诺 资金 但 没有 人 相信 孩子们 在 磨坊 附近 玩耍",
        joined: true,
        stop: "。",
        menu: ["首页", "国际", "文化", "联系", "关于", "登录"],
        related: "相关阅读",
        share: "分享到",
        cookies: "我们和合作伙伴会在您的设备上存储数据，以便衡量网站的使用情况并向您展示合适的广告。您可以随时在设置中更改选择。",
        accept: "全部接受",
        comments: "评论",
        newsletter: "每周精选文章发送到您的邮箱",
    },
    Language {
        code: "ar",
        words: "النهر الميناء المجلس قال إن الجسر الجديد سوف يفتح في الربيع السكان انتظروا سنوات كثيرة تكلفة المشروع ارتفعت مرتين قبل أن يجد البناؤون أسسا قديمة تحت الماء المهندسون ورسومهم كانت محفوظة في الأرشيف السوق الناس يمشون كل صباح على الضفاف الخضراء القطار من المدينة الشمالية يصل متأخرا لأن الإشارات تعطلت مرة أخرى الوزير وعد بالمال لكن لا أحد يصدق الأطفال يلعبون قرب الطاحونة",
        joined: false,
        stop: ".",
        menu: ["الرئيسية", "العالم", "ثقافة", "اتصل بنا", "من نحن", "دخول"],
        related: "اقرأ أيضا",
        share: "شارك المقال",
        cookies: "نحن وشركاؤنا نخزن ملفات تعريف على جهازك لقياس استخدام هذا الموقع وعرض إعلانات مناسبة لك. يمكنك تغيير رأيك في أي وقت من الإعدادات.",
        accept: "قبول الكل",
        comments: "التعليقات",
        newsletter: "أفضل القصص كل أسبوع",
    },
    Language {
        code: "hi",
        words: "नदी बंदरगाह परिषद ने कहा कि नया पुल वसंत में खुलेगा निवासी कई साल से इंतजार कर रहे थे परियोजना की लागत दो बार बढ़ी पुरानी नींव पानी के नीचे मिली इंजीनियर और उनके चित्र अभिलेखागार में रखे थे बाजार लोग हर सुबह हरे किनारे पर चलते हैं उत्तर के शहर से आने वाली रेल देर से पहुँचती है मंत्री ने धन का वादा किया पर कोई विश्वास नहीं करता बच्चे चक्की के पास खेलते हैं",
        joined: false,
        stop: "।",
        menu: ["होम", "दुनिया", "संस्कृति", "संपर्क", "परिचय", "लॉग इन"],
        related: "यह भी पढ़ें",
        share: "शेयर करें",
        cookies: "हम और हमारे सहयोगी इस साइट के उपयोग को मापने और उपयुक्त विज्ञापन दिखाने के लिए आपके उपकरण पर कुकीज़ रखते हैं। आप कभी भी सेटिंग में बदलाव कर सकते हैं।",
        accept: "सब स्वीकार करें",
        comments: "टिप्पणियाँ",
        newsletter: "हर हफ्ते हमारी बेहतरीन कहानियाँ",
    },
    Language {
        code: "el",
        words: "το ποτάμι λιμάνι συμβούλιο είπε ότι νέα γέφυρα θα ανοίξει νωρίς την άνοιξη κάτοικοι περίμεναν πολλά χρόνια για κόστος του έργου διπλασιάστηκε πριν βρεθούν παλιά θεμέλια κάτω από νερό μηχανικοί και σχέδια φυλάσσονταν στο αρχείο αγορά άνθρωποι περπατούν κάθε πρωί στις πράσινες όχθες τρένο από βόρεια πόλη φτάνει αργά επειδή σήματα χάλασαν ξανά υπουργός υποσχέθηκε χρήματα αλλά κανείς δεν πιστεύει παιδιά παίζουν κοντά στον μύλο όπου ψηνόταν ψωμί",
        joined: false,
        stop: ".",
        menu: ["Αρχική", "Κόσμος", "Πολιτισμός", "Επικοινωνία", "Όροι χρήσης", "Σύνδεση"],
        related: "Διαβάστε επίσης",
        share: "Κοινοποίηση",
        cookies: "Εμείς και οι συνεργάτες μας αποθηκεύουμε cookies στη συσκευή σας για να μετράμε τη χρήση του ιστότοπου και να σας δείχνουμε κατάλληλες διαφημίσεις. Μπορείτε να αλλάξετε γνώμη οποτεδήποτε.",
        accept: "Αποδοχή όλων",
        comments: "Σχόλια",
        newsletter: "Οι καλύτερες ιστορίες μας κάθε εβδομάδα",
    },
    Language {
        code: "he",
        words: "הנהר הנמל המועצה אמרה כי הגשר החדש ייפתח מוקדם באביב התושבים חיכו שנים רבות עלות הפרויקט הוכפלה לפני שהבנאים מצאו יסודות ישנים מתחת למים המהנדסים והשרטוטים שלהם נשמרו בארכיון השוק אנשים הולכים בכל בוקר לאורך הגדות הירוקות הרכבת מהעיר הצפונית מגיעה באיחור כי האותות התקלקלו שוב השרה הבטיחה כסף אבל איש אינו מאמין ילדים משחקים ליד הטחנה שבה אפו לחם",
        joined: false,
        stop: ".",
        menu: ["ראשי", "עולם", "תרבות", "צור קשר", "אודות", "כניסה"],
        related: "כתבות נוספות",
        share: "שתפו את הכתבה",
        cookies: "אנחנו ושותפינו שומרים עוגיות במכשיר שלך כדי למדוד את השימוש באתר ולהציג פרסום מתאים. אפשר לשנות את הבחירה בכל עת בהגדרות.",
        accept: "אישור הכול",
        comments: "תגובות",
        newsletter: "הסיפורים הטובים שלנו בכל שבוע",
    },
    Language {
        code: "th",
        words: "แม่น้ำ ท่าเรือ สภาเมือง กล่าวว่า สะพาน ใหม่ จะ เปิด ต้น ฤดูใบไม้ผลิ ชาวบ้าน รอคอย หลายปี ค่าใช้จ่าย โครงการ เพิ่มขึ้น สองเท่า ก่อนที่ ช่าง พบ ฐานราก เก่า ใต้น้ำ วิศวกร และ แบบแปลน ถูกเก็บ ใน หอจดหมายเหตุ ตลาด ผู้คน เดิน ทุกเช้า ริมฝั่ง สีเขียว รถไฟ จาก เมือง ทางเหนือ มาช้า เพราะ สัญญาณ ขัดข้อง อีกครั้ง รัฐมนตรี สัญญา เงิน แต่ ไม่มีใคร เชื่อ เด็กๆ เล่น ใกล้ โรงสี",
        joined: true,
        stop: " ",
        menu: ["หน้าแรก", "โลก", "วัฒนธรรม", "ติดต่อ", "เกี่ยวกับเรา", "เข้าสู่ระบบ"],
        related: "ข่าวที่เกี่ยวข้อง",
        share: "แชร์ข่าวนี้",
        cookies: "เราและพันธมิตรจัดเก็บคุกกี้บนอุปกรณ์ของคุณเพื่อวัดการใช้งานเว็บไซต์และแสดงโฆษณาที่เหมาะสม คุณสามารถเปลี่ยนการตั้งค่าได้ทุกเมื่อ",
        accept: "ยอมรับทั้งหมด",
        comments: "ความคิดเห็น",
        newsletter: "เรื่องราวที่ดีที่สุดของเราทุกสัปดาห์",
    },
];
